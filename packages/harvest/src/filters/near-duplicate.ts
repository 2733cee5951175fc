import { type Filter, plugin } from '@whetstone/core'
import { duplicateFinder } from '@whetstone/similarity'
import { z } from 'zod'
import { answerOf, questionOf } from '../answer-of.ts'

export default plugin({
  name: 'near-duplicate',
  about:
    'one trace of those whose question and answer are nearly the same, the first: MinHash of word pairs; texts that differ in a number or sign are never near-duplicates',
  settings: z.strictObject({
    threshold: z.number().gt(0).max(1).default(0.8).describe('least estimated Jaccard similarity of the word pairs'),
  }),
  make: ({ threshold }): Filter => ({
    name: `near-duplicate ${threshold}`,
    async *apply(traces, { dropped }) {
      // Read twice: the signatures, about 240 bytes a trace, then those that stand first.
      const finder = duplicateFinder({ threshold })
      for await (const trace of traces) finder.add(`${questionOf(trace)}\n${answerOf(trace)}`)
      const heads = finder.clusters()
      const ids: string[] = []
      let place = 0
      for await (const trace of traces) {
        const head = heads[place] as number
        if (head === place) yield trace
        else dropped?.(trace, ids[head] ? `is nearly ${ids[head]}` : 'is nearly one before it')
        if (place < 100_000) ids[place] = trace.id
        place++
      }
    },
  }),
})
