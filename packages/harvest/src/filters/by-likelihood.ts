import { type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'
import { selectByLikelihood } from '../select-by-likelihood.ts'

export default plugin({
  name: 'by-likelihood',
  about:
    'a share of the traces, by how likely the incumbent finds their answers a token: the most familiar, the most surprising, or as many at random, the control that the other two are measured against (SLM Reasoning)',
  settings: z.strictObject({
    order: z.enum(['highest', 'lowest', 'random']).describe('which are kept'),
    share: z.number().gt(0).max(1).describe('of the traces'),
  }),
  make: ({ order, share }): Filter => ({
    name: `by-likelihood ${order} ${share}`,
    needsLikelihood: order !== 'random',
    async *apply(rows, { seed, likelihood }) {
      // Read twice: how likely each is, then those that were chosen.
      const values: (number | undefined)[] = []
      for await (const { id } of rows) values.push(likelihood?.get(id))
      const places = values.map((_, place) => place)
      const kept = new Set(selectByLikelihood(places, (place) => values[place], { order, count: Math.ceil(values.length * share), seed }))
      let place = 0
      for await (const trace of rows) if (kept.has(place++)) yield trace
    },
  }),
})
