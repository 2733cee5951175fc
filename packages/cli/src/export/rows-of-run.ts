import type { Example, Message, Pair } from '@whetstone/core'
import { BadInput } from '@whetstone/core'
import type { ExportKind, ExportRow, Provenance, Turn } from '@whetstone/datasets'
import { factsOf, openLines, openRun, type RoundReader, type TraceFacts } from '@whetstone/runs'
import { instructionsOf } from './instructions-of.ts'

/** Rows of one round as exports see them, one at a time: thinking and provenance are joined from the traces by id. */
export async function* rowsOfRun(run: string, round: number, kind: ExportKind): AsyncGenerator<ExportRow> {
  const reader = openRun(run).round(round)
  if (reader.dataset() === null && kind !== 'prompt')
    throw new BadInput(`Run ${run} has no rows of round ${round}: see npx nx run loops:status`)
  if (kind === 'prompt') return yield* prompts(reader, await instructionsOf(run))
  const lineOf = await openLines(run, round)
  const factsAt = (trace: string) => {
    const line = lineOf(trace)
    return line === undefined ? undefined : factsOf(line)
  }
  if (kind === 'sft') {
    for await (const example of reader.examples()) yield toSft(example, factsAt(example.trace))
    return
  }
  for await (const pair of reader.pairs()) {
    const [chosen, rejected] = [factsAt(pair.traces.chosen), factsAt(pair.traces.rejected)]
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
}

const plain = ({ role, content }: Message): Turn => ({ role, content })
const answers = (messages: readonly Message[], trace: TraceFacts | undefined): Turn[] =>
  messages.map((message, index) =>
    index === messages.length - 1 && message.role === 'assistant' ? { ...message, reasoning: trace?.reasoning } : plain(message),
  )

const from = (trace: TraceFacts | undefined, ...ids: string[]): Provenance => ({
  traces: ids,
  task: trace?.task,
  taskset: trace?.taskset,
  split: trace?.split,
})
const toSft = ({ messages, promptText, trace: id }: Example, trace: TraceFacts | undefined): ExportRow => ({
  kind: 'sft',
  messages: answers(messages, trace),
  promptText,
  provenance: from(trace, id),
})
const toPreference = (
  { prompt, chosen, rejected, traces }: Pair,
  won: TraceFacts | undefined,
  lost: TraceFacts | undefined,
): ExportRow => ({
  kind: 'preference',
  prompt: prompt.map(plain),
  chosen: answers(chosen, won),
  rejected: answers(rejected, lost),
  provenance: from(won, traces.chosen, traces.rejected),
})

/** The train tasks that a round froze, as they were asked: the task set's instruction first, which says how a reward function finds the answer. */
async function* prompts(reader: RoundReader, instruction: (taskset: string) => string | null): AsyncGenerator<ExportRow> {
  let index = 0
  for await (const task of reader.tasks()) {
    if (task.split !== 'train') continue
    const told = instruction(task.taskset)
    yield {
      kind: 'prompt',
      prompt: [...(told === null ? [] : [{ role: 'system' as const, content: told }]), { role: 'user', content: task.prompt }],
      answer: task.reference,
      taskset: task.taskset,
      index: index++,
      split: 'train',
      provenance: { traces: [], task: task.id, taskset: task.taskset, split: task.split },
    }
  }
}
