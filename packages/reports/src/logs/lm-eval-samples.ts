import { createHash } from 'node:crypto'
import type { Trace } from '@whetstone/core'
import { answerOf } from '../compare/answers-of.ts'
import type { LoggedArm } from './inspect-log.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** samples_<task>.jsonl as lm-evaluation-harness writes it with `--log_samples`, a row an attempt; our verdict is its `exact_match`. */
export async function* lmEvalSamples({ references }: LoggedArm, traces: AsyncIterable<Trace>): AsyncGenerator<string> {
  for await (const trace of traces) {
    const prompt =
      trace.calls?.find(({ answer }) => answer)?.promptText ??
      trace.messages
        .filter(({ role }) => role !== 'assistant')
        .map(({ content }) => content)
        .join('\n')
    const question = trace.messages.findLast(({ role }) => role === 'user')?.content ?? ''
    const target = references.get(trace.task) ?? ''
    const answer = answerOf(trace)
    const doc = { question, answer: target, id: trace.task, taskset: trace.taskset, level: trace.level }
    yield `${JSON.stringify({
      doc_id: trace.task,
      doc,
      target,
      arguments: { gen_args_0: { arg_0: prompt, arg_1: { do_sample: false } } },
      resps: [[answer]],
      filtered_resps: [answer],
      filter: 'none',
      metrics: ['exact_match'],
      doc_hash: sha256(JSON.stringify(doc)),
      prompt_hash: sha256(prompt),
      target_hash: sha256(target),
      repeat: trace.sample,
      exact_match: trace.grade.passed ? 1 : 0,
    })}\n`
  }
}
