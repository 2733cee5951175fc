import { BadInput, type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'
import { selectByLikelihood } from '../select-by-likelihood.ts'

export default plugin({
  name: 'by-likelihood',
  about:
    'a share of the traces, by how likely the incumbent finds their answers a token: the most familiar, the most surprising, those between two quantiles, or as many at random, the control that the others are measured against (SLM Reasoning)',
  settings: z.strictObject({
    order: z.enum(['highest', 'lowest', 'random', 'band']).describe('which are kept'),
    share: z.number().gt(0).max(1).default(0.5).describe('of the traces (band: from and to say which)'),
    from: z.number().min(0).max(1).default(0.25).describe('band: quantile of the likelihood from which traces are kept'),
    to: z.number().min(0).max(1).default(0.75).describe('band: and to which'),
  }),
  make: ({ order, share, from, to }): Filter => {
    if (from >= to) throw new BadInput(`by-likelihood: from ${from} is not below to ${to}`)
    return {
      name: order === 'band' ? `by-likelihood ${from}..${to}` : `by-likelihood ${order} ${share}`,
      needsLikelihood: order !== 'random',
      async *apply(rows, { seed, likelihood, dropped }) {
        // Read twice: how likely each is, then those that were chosen.
        const values: (number | undefined)[] = []
        for await (const { id } of rows) values.push(likelihood?.get(id))
        const places = values.map((_, place) => place)
        const of = (place: number) => values[place]
        const chosen =
          order === 'band'
            ? band(selectByLikelihood(places, of, { order: 'lowest', count: places.length, seed }), from, to)
            : selectByLikelihood(places, of, { order, count: Math.ceil(values.length * share), seed })
        const kept = new Set(chosen)
        let place = 0
        for await (const trace of rows) {
          const value = values[place]
          if (kept.has(place++)) yield trace
          else
            dropped?.(
              trace,
              value === undefined
                ? order === 'random'
                  ? 'not drawn'
                  : 'could not be scored'
                : `log-likelihood ${value.toFixed(3)} a token`,
            )
        }
      },
    }
  },
})

/** The middle of an order, between two quantiles. */
const band = <T>(ordered: readonly T[], from: number, to: number): T[] =>
  ordered.slice(Math.floor(ordered.length * from), Math.ceil(ordered.length * to))
