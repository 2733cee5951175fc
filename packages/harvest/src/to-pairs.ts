import type { Pair, Rows, Trace } from '@whetstone/core'
import { lesser, rowTokens, type RowTokens } from './row-tokens.ts'

/** Preference pairs of traces in the order of their tasks: for each task the passed and the failed answers to the same prompt, matched in order, at most `perTask`; truncated answers are no lesson and left out. `vocabulary` as in toExamples. */
export async function* toPairs(traces: Rows<Trace>, options: { perTask: number; vocabulary: string | null }): AsyncGenerator<Pair> {
  let attempts: Trace[] = []
  for await (const trace of traces) {
    if (trace.truncated || trace.messages.at(-1)?.role !== 'assistant') continue
    if (attempts[0] && attempts[0].task !== trace.task) {
      yield* pairsOf(attempts, options)
      attempts = []
    }
    attempts.push(trace)
  }
  yield* pairsOf(attempts, options)
}

/** The pairs of one task's attempts. */
function pairsOf(attempts: readonly Trace[], options: { perTask: number; vocabulary: string | null }): Pair[] {
  const groups = Map.groupBy(attempts, (trace) => JSON.stringify(trace.messages.slice(0, -1)))
  return [...groups.values()].flatMap((group) => {
    const chosen = group.filter((trace) => trace.grade.passed)
    const rejected = group.filter((trace) => !trace.grade.passed)
    return chosen.slice(0, Math.min(options.perTask, rejected.length)).map((win, index) => {
      const loss = rejected[index] as Trace
      const [won, lost] = [win, loss].map(({ calls, messages }) => rowTokens(calls, messages, options.vocabulary)) as [RowTokens, RowTokens]
      const weaker = lesser(won.origin, lost.origin)
      // Equal messages are rendered alike but for what the template was told; then the prompt is rendered again.
      const origin = weaker === 'own' && won.promptText !== lost.promptText ? 'reprompted' : weaker
      return {
        prompt: win.messages.slice(0, -1),
        chosen: win.messages.slice(-1),
        rejected: loss.messages.slice(-1),
        weight: 1,
        traces: { chosen: win.id, rejected: loss.id },
        origin,
        promptText: origin === 'own' ? won.promptText : null,
        templateArguments: won.templateArguments,
        vocabulary: won.vocabulary ?? lost.vocabulary,
        ids: { chosen: won.ids, rejected: lost.ids },
        forced: { chosen: won.forced, rejected: lost.forced },
      }
    })
  })
}
