import { basename } from 'node:path'
import { contentId, plugin, type Embedder, type EmbedderSource, type OpenEmbedder } from '@whetstone/core'
import { unit } from '@whetstone/similarity'
import { z } from 'zod'
import { checkGguf } from '../check-gguf.ts'
import { loadGguf } from '../load-gguf.ts'
import { instructed, instruction } from '../retrieval-instruction.ts'

const Settings = z.strictObject({
  path: z.string().min(1).describe('a GGUF, e.g. Qwen3-Embedding-0.6B-Q8_0.gguf; its own metadata says how it pools'),
  instruction,
  threads: z.number().int().positive().default(1),
  context: z.number().int().positive().default(2048).describe('tokens of a text that are read; the rest is cut off'),
})

/** Texts are embedded one after another, so batch and single agree exactly. */
export default plugin({
  name: 'gguf',
  about: 'a GGUF embedding model in this process, by node-llama-cpp',
  settings: Settings,
  make: (settings): EmbedderSource => ({ name: `gguf ${basename(settings.path)}`, open: (options) => open(settings, options) }),
})

async function open(
  { path, instruction, threads, context }: z.output<typeof Settings>,
  { gpu = 'auto', signal }: OpenEmbedder = {},
): Promise<Embedder> {
  checkGguf(path)
  const { weights: model, close } = await loadGguf({ path, adapter: null }, { gpu, signal })
  const contextSize = Math.min(context, model.trainContextSize)
  const embedding = await model.createEmbeddingContext({ contextSize, batchSize: contextSize, threads })

  async function embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (const text of texts) {
      // Room is kept for the tokens that the context adds at both ends.
      const tokens = model.tokenize(instructed(text, kind, instruction) || '.').slice(0, contextSize - 2)
      const { vector } = await embedding.getEmbeddingFor(tokens)
      vectors.push(unit(vector))
    }
    return vectors
  }

  return {
    id: `gguf-${basename(path)}-${contentId('instruction', instruction).slice(-6)}`,
    dimensions: model.embeddingVectorSize,
    embed,
    async [Symbol.asyncDispose]() {
      await embedding.dispose()
      await close()
    },
  }
}
