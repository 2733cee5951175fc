import type { Trace } from '@whetstone/core'

/** Solvers that go on only from an answer that their grade called wrong, so that every answer but the last is known to have failed. */
const fromFailure = /^(revise|reflect-rewrite)/

/**
 * Exchanges with several answers become what a row can teach: the last answer as if it had been given at once, with its verdict, and, from train attempts of solvers that rewrite
 * what failed, the first answer as the failed attempt that it was. Pairs (rejected, chosen) of R3 come about by that. Ids stay, so that a row still leads to its trace.
 */
export function unfoldRewrites(traces: readonly Trace[]): Trace[] {
  return traces.flatMap((trace) => {
    const first = trace.messages.findIndex(({ role }) => role === 'assistant')
    const last = trace.messages.length - 1
    if (first === -1 || first === last || trace.messages[last]?.role !== 'assistant') return [trace]
    const prompt = trace.messages.slice(0, first)
    const at = (i: number) => [...prompt, ...trace.messages.slice(i, i + 1)]
    const rewritten: Trace = { ...trace, messages: at(last) }
    if (trace.split !== 'train' || !fromFailure.test(trace.solver)) return [rewritten]
    const failed: Trace = {
      ...trace,
      messages: at(first),
      grade: { reward: 0, passed: false, parts: {}, reason: 'rewritten', feedback: '' },
      finish: 'stop',
      truncated: false,
    }
    return [failed, rewritten]
  })
}
