import type { Example, Message, Pair } from '@whetstone/core'
import { BadInput } from '@whetstone/core'
import type { ExportKind, ExportRow, Provenance, Turn } from '@whetstone/datasets'
import { openRun, type RoundReader } from '@whetstone/runs'
import { traceFinder, type FoundTrace } from './trace-finder.ts'

/** Rows of one round as exports see them, one at a time: thinking and provenance are joined from the traces by id. */
export async function* rowsOfRun(run: string, round: number, kind: ExportKind): AsyncGenerator<ExportRow> {
  const reader = openRun(run).round(round)
  if (reader.dataset() === null && kind !== 'prompt')
    throw new BadInput(`Run ${run} has no rows of round ${round}: see npx nx run loops:status`)
  if (kind === 'prompt') return yield* prompts(reader)
  const { find: traces, close } = await traceFinder(run, round)
  try {
    if (kind === 'sft') {
      for await (const example of reader.examples()) yield toSft(example, traces(example.trace))
      return
    }
    for await (const pair of reader.pairs()) {
      const [chosen, rejected] = [traces(pair.traces.chosen), traces(pair.traces.rejected)]
      if (kind === 'preference') yield toPreference(pair, chosen, rejected)
      else {
        const prompt = pair.prompt.map(plain)
        yield {
          kind: 'labelled',
          prompt,
          completion: answers(pair.chosen, chosen),
          label: true,
          provenance: from(chosen, pair.traces.chosen),
        }
        yield {
          kind: 'labelled',
          prompt,
          completion: answers(pair.rejected, rejected),
          label: false,
          provenance: from(rejected, pair.traces.rejected),
        }
      }
    }
  } finally {
    close()
  }
}

const plain = ({ role, content }: Message): Turn => ({ role, content })
/** The think block of the call that gave the answer. */
const reasoningOf = (trace: FoundTrace | undefined) => trace?.calls?.findLast(({ answer }) => answer)?.reasoning ?? undefined
const answers = (messages: readonly Message[], trace: FoundTrace | undefined): Turn[] =>
  messages.map((message, index) =>
    index === messages.length - 1 && message.role === 'assistant' ? { ...message, reasoning: reasoningOf(trace) } : plain(message),
  )

const from = (trace: FoundTrace | undefined, ...ids: string[]): Provenance => ({
  traces: ids,
  task: trace?.task,
  taskset: trace?.taskset,
  split: trace?.split,
})
const toSft = ({ messages, promptText, trace: id }: Example, trace: FoundTrace | undefined): ExportRow => ({
  kind: 'sft',
  messages: answers(messages, trace),
  promptText,
  provenance: from(trace, id),
})
const toPreference = (
  { prompt, chosen, rejected, traces }: Pair,
  won: FoundTrace | undefined,
  lost: FoundTrace | undefined,
): ExportRow => ({
  kind: 'preference',
  prompt: prompt.map(plain),
  chosen: answers(chosen, won),
  rejected: answers(rejected, lost),
  provenance: from(won, traces.chosen, traces.rejected),
})

/** The train tasks that a round froze, as they were asked. */
async function* prompts(reader: RoundReader): AsyncGenerator<ExportRow> {
  let index = 0
  for await (const task of reader.tasks()) {
    if (task.split !== 'train') continue
    yield {
      kind: 'prompt',
      prompt: [{ role: 'user', content: task.prompt }],
      answer: task.reference,
      taskset: task.taskset,
      index: index++,
      split: 'train',
      provenance: { traces: [], task: task.id, taskset: task.taskset, split: task.split },
    }
  }
}
