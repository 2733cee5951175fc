import { deriveSeed, type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'
import { countBy, drawPlaces } from '../draw-places.ts'

export default plugin({
  name: 'cap-per-task',
  about:
    'at most so many traces of one task, drawn at random: easy tasks do not crowd out the rest (ReST-EM keeps at most 10, arXiv 2312.06585)',
  settings: z.strictObject({ limit: z.number().int().positive().default(4).describe('traces a task') }),
  make: ({ limit }): Filter => ({
    name: `cap-per-task ${limit}`,
    async *apply(traces, { seed, dropped }) {
      // Read twice: how many there are of each task, then those that were drawn, in their order.
      const sizes = await countBy(traces, ({ task }) => task)
      const open = new Map<string, { seen: number; drawn: ReadonlySet<number> }>()
      for await (const trace of traces) {
        const size = sizes.get(trace.task) ?? 0
        if (size <= limit) yield trace
        else {
          const draw = open.get(trace.task) ?? {
            seen: 0,
            drawn: new Set(drawPlaces(size, deriveSeed(seed, 'cap', trace.task)).slice(0, limit)),
          }
          if (draw.drawn.has(draw.seen)) yield trace
          else dropped?.(trace, `not drawn of ${size} traces of its task`)
          draw.seen++
          if (draw.seen === size) open.delete(trace.task)
          else open.set(trace.task, draw)
        }
      }
    },
  }),
})
