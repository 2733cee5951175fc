import { type Filter, hash, plugin, type Trace } from '@whetstone/core'
import { z } from 'zod'

/** The answer with white space evened out: two answers to one task that differ in nothing else are one. Hashed, so that a million of them fit into memory. */
const signature = (trace: Trace) => hash(`${trace.task}\u0000${(trace.messages.at(-1)?.content ?? '').replace(/\s+/g, ' ').trim()}`)

export default plugin({
  name: 'distinct',
  about: 'one trace for each distinct answer to a task, the first (as RFT does with equation lists, arXiv 2308.01825)',
  settings: z.strictObject({}),
  make: (): Filter => ({
    name: 'distinct',
    async *apply(traces) {
      const seen = new Set<string>()
      for await (const trace of traces) {
        const mark = signature(trace)
        if (seen.has(mark)) continue
        seen.add(mark)
        yield trace
      }
    },
  }),
})
