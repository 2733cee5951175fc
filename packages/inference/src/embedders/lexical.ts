import { type EmbedderSource, plugin } from '@whetstone/core'
import { lexicalEmbedder } from '@whetstone/similarity'
import { z } from 'zod'

export default plugin({
  name: 'lexical',
  about: 'the built-in embedder, which needs no download: hashed word and character n-grams',
  settings: z.strictObject({ dimensions: z.number().int().positive().default(1024) }),
  make: ({ dimensions }): EmbedderSource => ({ name: 'lexical', open: async () => lexicalEmbedder({ dimensions }) }),
})
