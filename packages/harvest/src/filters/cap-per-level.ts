import { deriveSeed, type Filter, type FilterOptions, inOrder, plugin, type Rows, type Trace } from '@whetstone/core'
import { z } from 'zod'
import { countBy, drawPlaces } from '../draw-places.ts'

const levelOf = ({ taskset, level }: Trace) => `${taskset} ${level}`

/** The drawn traces with the place that each is given out at. */
async function* drawnOf(traces: Rows<Trace>, places: ReadonlyMap<string, ReadonlyMap<number, number>>, dropped: FilterOptions['dropped']) {
  const seen = new Map<string, number>()
  for await (const trace of traces) {
    const level = levelOf(trace)
    const at = seen.get(level) ?? 0
    seen.set(level, at + 1)
    const place = places.get(level)?.get(at)
    if (place !== undefined) yield { place, row: trace }
    else dropped?.(trace, `not drawn of the traces of ${level}`)
  }
}

export default plugin({
  name: 'cap-per-level',
  about: "at most so many traces of one taskset's level, drawn at random: levels solved long ago stay in the mix without filling it",
  settings: z.strictObject({ limit: z.number().int().positive().describe('traces a level') }),
  make: ({ limit }): Filter => ({
    name: `cap-per-level ${limit}`,
    async *apply(traces, { seed, dropped }) {
      // Read twice: how many there are of each level, then those that were drawn.
      const places = new Map<string, Map<number, number>>()
      let count = 0
      for (const [level, size] of await countBy(traces, levelOf)) {
        const drawn = drawPlaces(size, deriveSeed(seed, 'cap', level)).slice(0, limit)
        places.set(level, new Map(drawn.map((at) => [at, count++])))
      }
      yield* inOrder(drawnOf(traces, places, dropped), count)
    },
  }),
})
