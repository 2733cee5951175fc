import type { Trace } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'

/**
 * Older traces to train on beside the newest: as many as `share` of the whole asks for (0.5: half newest, half all older, arXiv 2502.01612), spread evenly over the levels of each taskset and drawn at random within.
 * Returns fewer where there are not enough.
 */
export function replay(older: readonly Trace[], newest: number, options: { share: number; seed: number }): Trace[] {
  const wanted = Math.round((newest * options.share) / (1 - options.share))
  const queues = [...Map.groupBy(older, (trace) => `${trace.taskset} ${trace.level}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([level, group]) => shuffle(group, random(deriveSeed(options.seed, 'replay', level))))
  const drawn: Trace[] = []
  for (let turn = 0; drawn.length < wanted; turn++) {
    const before = drawn.length
    for (const queue of queues) {
      const trace = queue[turn]
      if (trace && drawn.length < wanted) drawn.push(trace)
    }
    if (drawn.length === before) break
  }
  return drawn
}
