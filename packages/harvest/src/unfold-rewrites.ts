import type { Rows, Trace } from '@whetstone/core'
import { exchangeOf } from '@whetstone/core'

/** Solvers of traces without calls that go on only from an answer that their grade called wrong, so that every answer but the last is known to have failed. */
const fromFailure = /^(revise|reflect-rewrite)/

/**
 * Attempts of several turns become what rows can teach: the last answer as if it had been given at once, with its verdict, and, of train
 * attempts that rewrote what their grade had called wrong, the first answer as the failed attempt that it was. Pairs (rejected, chosen) of R3
 * come about by that. A further call that trains (a summary) stands under its own prompt with the attempt's verdict. Ids and calls stay, so
 * that a row still leads to its trace and its tokens.
 */
export async function* unfoldRewrites(traces: Rows<Trace>): AsyncGenerator<Trace> {
  for await (const trace of traces) {
    for (const call of trace.calls ?? []) if (call.trains && !call.answer) yield { ...trace, messages: exchangeOf(call) }
    yield* unfold(trace)
  }
}

function unfold(trace: Trace): Trace[] {
  const first = trace.messages.findIndex(({ role }) => role === 'assistant')
  const last = trace.messages.length - 1
  if (first === -1 || first === last || trace.messages[last]?.role !== 'assistant') return [trace]
  const prompt = trace.messages.slice(0, first)
  const at = (i: number) => [...prompt, ...trace.messages.slice(i, i + 1)]
  const rewritten: Trace = { ...trace, messages: at(last) }
  if (trace.split !== 'train' || !hasFailed(trace, trace.messages[first]?.content)) return [rewritten]
  const failed: Trace = {
    ...trace,
    messages: at(first),
    grade: { reward: 0, passed: false, parts: {}, reason: 'rewritten', feedback: '' },
    finish: 'stop',
    truncated: false,
  }
  return [failed, rewritten]
}

/** Whether the solver was told that this answer is wrong. */
const hasFailed = ({ calls, solver }: Trace, answer: string | undefined) =>
  calls === null ? fromFailure.test(solver) : calls.some(({ text, grade }) => text === answer && grade?.passed === false)
