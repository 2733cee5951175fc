import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { BadInput, contentId, type Embedder } from '@whetstone/core'
import { defaultInstruction, instructed, unit } from './retrieval-instruction.ts'

export type GgufEmbedder = {
  /** Path of a GGUF, e.g. Qwen3-Embedding-0.6B-Q8_0.gguf; its own metadata says how it pools. */
  path: string
  /** Told to the model with queries; empty for models that want none. */
  instruction?: string
  threads?: number
  /** Tokens of a text that are read; the rest is cut off. */
  context?: number
}

/** A GGUF embedding model in this process, by node-llama-cpp. Texts are embedded one after another, so batch and single agree exactly. */
export async function ggufEmbedder({
  path,
  instruction = defaultInstruction,
  threads = 1,
  context = 2048,
}: GgufEmbedder): Promise<Embedder> {
  if (!existsSync(path)) throw new BadInput(`${path} not found: check the path, or pull a model with npx nx run models:pull`)
  // node-llama-cpp reads a file of another version as if it were of this one, and does not come back.
  const header = Buffer.alloc(24)
  const file = openSync(path, 'r')
  const read = readSync(file, header)
  closeSync(file)
  if (read < header.length || header.toString('latin1', 0, 4) !== 'GGUF' || ![2, 3].includes(header.readUInt32LE(4)))
    throw new BadInput(`${path} cannot be loaded as a GGUF (no GGUF header of version 2 or 3): pull it again`)
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp')
  const llama = await getLlama({ build: 'never', skipDownload: true, gpu: 'auto', maxThreads: threads, logLevel: LlamaLogLevel.error })
  const model = await llama.loadModel({ modelPath: path }).catch(async (error: unknown) => {
    await llama.dispose()
    throw new BadInput(`${path} cannot be loaded as a GGUF (${(error as Error).message.split('\n')[0]}): pull it again`)
  })
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
      await model.dispose()
      await llama.dispose()
    },
  }
}
