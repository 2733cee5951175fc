import { deriveSeed, type Filter, plugin, random, shuffle } from '@whetstone/core'
import { z } from 'zod'

export default plugin({
  name: 'cap-per-task',
  about:
    'at most so many traces of one task, drawn at random: easy tasks do not crowd out the rest (ReST-EM keeps at most 10, arXiv 2312.06585)',
  settings: z.strictObject({ limit: z.number().int().positive().default(4).describe('traces a task') }),
  make: ({ limit }): Filter => ({
    name: `cap-per-task ${limit}`,
    async *apply(traces, { seed }) {
      for (const [task, group] of Map.groupBy(await Array.fromAsync(traces), (trace) => trace.task))
        if (group.length <= limit) yield* group
        else
          yield* shuffle(group, random(deriveSeed(seed, 'cap', task)))
            .slice(0, limit)
            .sort((a, b) => a.sample - b.sample)
    },
  }),
})
