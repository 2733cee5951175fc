import type { Pair, Trace } from '@whetstone/core'

/** Preference pairs: for each task the passed and the failed answers to the same prompt, matched in order, at most `perTask`; truncated answers are no lesson and left out. */
export function toPairs(traces: readonly Trace[], options: { perTask: number }): Pair[] {
  const groups = Map.groupBy(
    traces.filter((trace) => !trace.truncated && trace.messages.at(-1)?.role === 'assistant'),
    (trace) => `${trace.task}\u0000${JSON.stringify(trace.messages.slice(0, -1))}`,
  )
  return [...groups.values()].flatMap((group) => {
    const chosen = group.filter((trace) => trace.grade.passed)
    const rejected = group.filter((trace) => !trace.grade.passed)
    return chosen.slice(0, Math.min(options.perTask, rejected.length)).map((win, index) => {
      const loss = rejected[index] as Trace
      return {
        prompt: win.messages.slice(0, -1),
        chosen: win.messages.slice(-1),
        rejected: loss.messages.slice(-1),
        weight: 1,
        traces: { chosen: win.id, rejected: loss.id },
      }
    })
  })
}
