import type { Trace } from '@whetstone/core'
import { answerOf } from '../compare/answers-of.ts'

export type LoggedArm = {
  run: string
  round: number
  arm: string
  model: string
  /** Mean over attempts. */
  accuracy: number
  attempts: number
  created: Date
  settings: unknown
  references: ReadonlyMap<string, string>
}

/** A log of Inspect's (`inspect view`), one JSON value in pieces: version 2 of the format that its documentation describes. Several attempts at a task are epochs. */
export async function* inspectLog(arm: LoggedArm, traces: AsyncIterable<Trace>): AsyncGenerator<string> {
  const created = arm.created.toISOString()
  const head = {
    version: 2,
    status: 'success',
    eval: {
      run_id: `${arm.run}-${arm.round}`,
      created,
      task: `${arm.run}_round_${arm.round}_${arm.arm}`,
      task_id: `${arm.run}-${arm.round}-${arm.arm}`,
      task_version: 0,
      task_args: {},
      dataset: { name: `${arm.run} round ${arm.round}` },
      model: arm.model,
      model_args: {},
      config: {},
      metadata: { whetstone: arm.settings },
    },
    plan: { name: 'plan', steps: [{ solver: 'whetstone', params: {} }], config: {} },
    results: {
      total_samples: arm.attempts,
      completed_samples: arm.attempts,
      scores: [
        {
          name: 'whetstone',
          scorer: 'whetstone',
          params: {},
          metrics: { accuracy: { name: 'accuracy', value: arm.accuracy, params: {} } },
        },
      ],
    },
    stats: { started_at: created, completed_at: created, model_usage: {} },
  }
  yield `${JSON.stringify(head).slice(0, -1)},"samples":[`
  let first = true
  for await (const trace of traces) {
    yield `${first ? '' : ',\n'}${JSON.stringify(sampleOf(trace, arm))}`
    first = false
  }
  yield ']}\n'
}

function sampleOf(trace: Trace, { model, references }: LoggedArm) {
  const answer = answerOf(trace)
  const messages = trace.messages.map(({ role, content }) => ({ role, content, ...(role === 'assistant' && { source: 'generate' }) }))
  return {
    id: trace.task,
    epoch: trace.sample + 1,
    input: messages.filter(({ role }) => role !== 'assistant'),
    target: references.get(trace.task) ?? '',
    messages,
    output: {
      model,
      choices: [
        {
          message: { role: 'assistant', content: answer, source: 'generate' },
          stop_reason: trace.finish === 'length' ? 'max_tokens' : 'stop',
        },
      ],
      usage: {
        input_tokens: trace.tokens.prompt,
        output_tokens: trace.tokens.completion,
        total_tokens: trace.tokens.prompt + trace.tokens.completion,
      },
      time: trace.seconds,
    },
    scores: { whetstone: { value: trace.grade.passed ? 'C' : 'I', answer, explanation: trace.grade.reason } },
    metadata: { taskset: trace.taskset, level: trace.level, trace: trace.id, seed: trace.seed },
    store: {},
    events: [],
    model_usage: {},
  }
}
