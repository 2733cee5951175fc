import { deriveSeed, type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'
import { replay } from '../replay.ts'

export default plugin({
  name: 'replay',
  about:
    "older rounds' traces beside the newest, spread evenly over the levels: without them what was solved is unlearned. Older traces go through the filters before this one",
  settings: z.strictObject({
    share: z
      .number()
      .gt(0)
      .max(0.9)
      .default(0.5)
      .describe('of older traces in the whole; 0.5: half newest, half all older (arXiv 2502.01612)'),
  }),
  make: ({ share }): Filter => ({
    name: `replay ${share}`,
    needsOlder: true,
    async *apply(traces, { seed, older = [] }) {
      // How many are replayed follows from how many are new.
      let kept = 0
      for await (const trace of traces) {
        kept++
        yield trace
      }
      yield* (await replay(older, kept, { share, seed: deriveSeed(seed, 'replay') })).traces()
    },
  }),
})
