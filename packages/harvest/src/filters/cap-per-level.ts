import type { Filter } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'

/** At most `limit` traces of one taskset's level, drawn at random: levels solved long ago stay in the mix without filling it. */
export function capPerLevel(limit: number): Filter {
  return {
    name: `cap-per-level ${limit}`,
    async *apply(traces, { seed }) {
      for (const [level, group] of Map.groupBy(await Array.fromAsync(traces), (trace) => `${trace.taskset} ${trace.level}`))
        yield* shuffle(group, random(deriveSeed(seed, 'cap', level))).slice(0, limit)
    },
  }
}
