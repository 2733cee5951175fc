import type { Filter, Trace } from '@whetstone/core'

/** The answer with white space evened out: two answers to one task that differ in nothing else are one. */
const signature = (trace: Trace) => `${trace.task}\u0000${(trace.messages.at(-1)?.content ?? '').replace(/\s+/g, ' ').trim()}`

/** One trace for each distinct answer to a task, the first (as RFT does with equation lists, arXiv 2308.01825). */
export const distinct: Filter = {
  name: 'distinct',
  apply: (traces) => [...Map.groupBy(traces, signature).values()].map((group) => group[0] as Trace),
}
