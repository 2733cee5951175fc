import { deriveSeed, type Filter, plugin, random, shuffle } from '@whetstone/core'
import { z } from 'zod'

export default plugin({
  name: 'cap-per-level',
  about: "at most so many traces of one taskset's level, drawn at random: levels solved long ago stay in the mix without filling it",
  settings: z.strictObject({ limit: z.number().int().positive().describe('traces a level') }),
  make: ({ limit }): Filter => ({
    name: `cap-per-level ${limit}`,
    async *apply(traces, { seed }) {
      for (const [level, group] of Map.groupBy(await Array.fromAsync(traces), (trace) => `${trace.taskset} ${trace.level}`))
        yield* shuffle(group, random(deriveSeed(seed, 'cap', level))).slice(0, limit)
    },
  }),
})
