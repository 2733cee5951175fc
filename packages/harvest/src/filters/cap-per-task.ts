import type { Filter, Trace } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'

/** At most `limit` traces of one task, drawn at random, so that easy tasks do not crowd out the rest (ReST-EM keeps at most 10, arXiv 2312.06585). */
export function capPerTask(limit: number): Filter {
  return {
    name: `cap-per-task ${limit}`,
    async *apply(traces, { seed }) {
      for (const [task, group] of Map.groupBy(await Array.fromAsync(traces), (trace) => trace.task))
        if (group.length <= limit) yield* group
        else
          yield* shuffle(group, random(deriveSeed(seed, 'cap', task)))
            .slice(0, limit)
            .sort((a: Trace, b: Trace) => a.sample - b.sample)
    },
  }
}
