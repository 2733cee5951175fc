import { deriveSeed, type EmbedderSource, plugin, random } from '@whetstone/core'
import { z } from 'zod'

const dimensions = 64

export default plugin({
  name: 'random',
  about:
    'a control: each text gets a direction of its own, so that what is recalled has nothing to do with the question (set memory.threshold=-1 with it)',
  settings: z.strictObject({ seed: z.number().int().nonnegative().default(1) }),
  make: ({ seed }): EmbedderSource => ({
    name: 'random',
    open: async () => ({
      id: `random ${seed}`,
      dimensions,
      embed: async (texts, kind) => texts.map((text) => direction(deriveSeed(seed, kind, text))),
      async [Symbol.asyncDispose]() {},
    }),
  }),
})

/** A unit vector, even over the sphere: normal components (Box and Muller), scaled. */
function direction(seed: number): Float32Array {
  const next = random(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const vector = Float32Array.from({ length: dimensions }, normal)
  const length = Math.hypot(...vector)
  return vector.map((x) => x / length)
}
