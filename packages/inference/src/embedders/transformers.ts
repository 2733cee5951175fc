import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { BadInput, contentId, paths, plugin, type Embedder, type EmbedderSource } from '@whetstone/core'
import { unit } from '@whetstone/similarity'
import { z } from 'zod'
import { onnxFile, onnxNeeds, onnxTypes, type OnnxType } from '../onnx-files.ts'
import { instructed, instruction } from '../retrieval-instruction.ts'

const Settings = z.strictObject({
  model: z
    .string()
    .min(1)
    .default('onnx-community/Qwen3-Embedding-0.6B-ONNX')
    .describe(
      'repository on the Hugging Face hub, or a folder with config.json, tokenizer.json, tokenizer_config.json and onnx/model*.onnx, which needs no network',
    ),
  dtype: z
    .enum(Object.keys(onnxTypes) as [OnnxType])
    .default('q8')
    .describe("which of the repository's ONNX files"),
  pooling: z
    .enum(['last_token', 'mean', 'cls'])
    .default('last_token')
    .describe('last_token for Qwen3-Embedding and other decoders, mean or cls for encoders'),
  instruction,
  batch: z.number().int().positive().default(8).describe('texts in one pass of the model'),
})

/** The defaults are Qwen3-Embedding-0.6B's conventions: last-token pooling, left padding, query instruction, unit vectors. Downloads go to models/. */
export default plugin({
  name: 'transformers',
  about: 'an ONNX embedding model in this process, by transformers.js',
  settings: Settings,
  make: (settings): EmbedderSource => ({ name: `transformers ${settings.model}`, open: () => open(settings) }),
})

async function open({ model, dtype, pooling, instruction, batch }: z.output<typeof Settings>): Promise<Embedder> {
  const folder = existsSync(model) ? resolve(model) : null
  const { env, pipeline } = await import('@huggingface/transformers')
  env.cacheDir = paths.models()
  if (process.env['HF_ENDPOINT']) env.remoteHost = `${process.env['HF_ENDPOINT'].replace(/\/+$/, '')}/`
  env.allowLocalModels = folder !== null
  env.allowRemoteModels = folder === null
  if (folder) env.localModelPath = dirname(folder)
  const extract = await pipeline('feature-extraction', folder ? basename(folder) : model, { dtype }).catch((error: unknown) => {
    const what = (error as Error).message.split('\n')[0]
    throw new BadInput(
      folder
        ? `${folder} is no ONNX embedding model (${what}): it needs ${onnxNeeds.join(', ')} and ${onnxFile(dtype)}`
        : `Cannot load the embedder ${model} (${what}): check the name and the network, fetch it with \`npx nx run models:pull --embedder=${model}\`, or give a local folder`,
    )
  })
  // Last-token pooling takes the last position: with padding on the right that would be padding.
  extract.tokenizer.padding_side = pooling === 'last_token' ? 'left' : 'right'

  async function embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (let start = 0; start < texts.length; start += batch) {
      // A text without tokens has no last one: it is read as a full stop.
      const slice = texts
        .slice(start, start + batch)
        .map((text) => instructed(text, kind, instruction))
        .map((text) => (text.trim() === '' ? '.' : text))
      const output = await extract(slice, { pooling, normalize: false })
      const [, width] = output.dims as [number, number]
      const data = output.data as Float32Array
      for (let row = 0; row < slice.length; row++) vectors.push(unit(data.subarray(row * width, (row + 1) * width)))
      output.dispose()
    }
    return vectors
  }

  const [probe] = await embed(['probe'], 'document')
  return {
    id: `transformers-${folder ? basename(folder) : model}-${dtype}-${pooling}-${contentId('instruction', instruction).slice(-6)}`,
    dimensions: (probe as Float32Array).length,
    embed,
    async [Symbol.asyncDispose]() {
      await extract.dispose()
    },
  }
}
