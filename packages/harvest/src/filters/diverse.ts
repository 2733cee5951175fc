import { deriveSeed, type EmbedderSource, type Filter, nested, plugin, random, type Trace } from '@whetstone/core'
import { cosine } from '@whetstone/similarity'
import { z } from 'zod'
import { answerOf, questionOf } from '../answer-of.ts'
import { inGroups } from '../in-groups.ts'

export default plugin({
  name: 'diverse',
  about:
    'of each task (or level) the traces that lie farthest from each other by their embeddings: the first at random, then always the one whose nearest kept neighbour is farthest (Gonzalez 1985)',
  settings: z.strictObject({
    embedder: nested<EmbedderSource>('embedders'),
    limit: z.number().int().positive().default(4).describe('traces of a group'),
    of: z.enum(['task', 'level']).default('task').describe('what a group is: levels also embed the question, and cost traces x limit'),
  }),
  make: ({ embedder: source, limit, of }): Filter => ({
    name: `diverse ${limit} a ${of}`,
    async *apply(traces, { seed, dropped }) {
      await using embedder = await source.open()
      const key = of === 'task' ? ({ task }: Trace) => task : ({ taskset, level }: Trace) => `${taskset} ${level}`
      const text = of === 'task' ? answerOf : (trace: Trace) => `${questionOf(trace)}\n${answerOf(trace)}`
      for await (const group of inGroups(traces, key)) {
        if (group.length <= limit) {
          yield* group
          continue
        }
        const vectors: Float32Array[] = []
        for (let from = 0; from < group.length; from += 256)
          vectors.push(...(await embedder.embed(group.slice(from, from + 256).map(text), 'document')))
        const first = Math.floor(random(deriveSeed(seed, 'diverse', key(group[0] as Trace)))() * group.length)
        const kept = farthestPoints(vectors, limit, first)
        for (const [place, trace] of group.entries())
          if (kept.has(place)) yield trace
          else dropped?.(trace, 'is near one that is kept')
      }
    },
  }),
})

/** Places of `count` vectors, each the one farthest from all before it; of equals the earliest. */
export function farthestPoints(vectors: readonly Float32Array[], count: number, first: number): Set<number> {
  const kept = new Set<number>()
  const nearest = new Float64Array(vectors.length).fill(-Infinity)
  for (let next = first; kept.size < count && next !== -1;) {
    kept.add(next)
    const chosen = vectors[next] as Float32Array
    next = -1
    for (const [place, vector] of vectors.entries()) {
      nearest[place] = Math.max(nearest[place] as number, cosine(chosen, vector))
      if (!kept.has(place) && (next === -1 || (nearest[place] as number) < (nearest[next] as number))) next = place
    }
  }
  return kept
}
