import { clipSpans } from '@whetstone/core'
import type { Message, Trace } from '@whetstone/core'

const promptOf = ({ messages }: Trace): Message[] =>
  messages.slice(
    0,
    messages.findIndex(({ role }) => role === 'assistant'),
  )
const lastAnswer = ({ messages }: Trace): string => messages.at(-1)?.content ?? ''
const firstAnswer = ({ messages }: Trace): string => messages.find(({ role }) => role === 'assistant')?.content ?? ''

/** A trace as an SFT row: the task and the last answer, as if it had been given at once. */
export const sftRow = (trace: Trace): object => ({ messages: [...promptOf(trace), { role: 'assistant', content: lastAnswer(trace) }] })

/** The same prompt with a right and a wrong answer. */
export const pairRow = (of: Trace, chosen: string, rejected: string): object => ({
  prompt: promptOf(of),
  chosen: [{ role: 'assistant', content: chosen }],
  rejected: [{ role: 'assistant', content: rejected }],
})

/** Pairs of a task's right and wrong answers, so many a task; where an answer was rewritten until it was right, the first and the last. */
export function pairRows(traces: readonly Trace[], each = 1): object[] {
  return [...Map.groupBy(traces, ({ task }) => task).values()].flatMap((group) => {
    const rewritten = group.filter((trace) => trace.grade.passed && firstAnswer(trace) !== lastAnswer(trace))
    const right = group.filter(({ grade }) => grade.passed)
    const wrong = group.filter(({ grade }) => !grade.passed)
    const across = right.flatMap((good) => wrong.map((bad) => [good, lastAnswer(bad)] as const))
    const own = rewritten.map((trace) => [trace, firstAnswer(trace)] as const)
    return [...own, ...across].slice(0, each).map(([good, bad]) => pairRow(good, lastAnswer(good), bad))
  })
}

/** All samples of a task with their rewards, for group-relative policy gradients; a group of equals teaches nothing and is left out. */
export function groupRows(traces: readonly Trace[]): object[] {
  return [...Map.groupBy(traces, ({ task }) => task).values()].flatMap((group) => {
    const first = group[0] as Trace
    const completions = group.flatMap((trace) => {
      const { ids, forced, logprobs } = trace.calls?.find(({ answer }) => answer) ?? {}
      if (!ids?.length || !logprobs || logprobs.length < ids.length) return []
      return [{ ids, forced: clipSpans(forced ?? [], ids.length), logprobs: logprobs.slice(0, ids.length), reward: trace.grade.reward }]
    })
    return new Set(completions.map(({ reward }) => reward)).size < 2 ? [] : [{ messages: promptOf(first), completions }]
  })
}

/** Traces with different answers, at most so many a task, the first that came. */
export function distinctPerTask(traces: readonly Trace[], most: number): Trace[] {
  return [...Map.groupBy(traces, ({ task }) => task).values()].flatMap((group) =>
    [...new Map(group.map((trace) => [lastAnswer(trace), trace])).values()].slice(0, most),
  )
}
export { lastAnswer }
