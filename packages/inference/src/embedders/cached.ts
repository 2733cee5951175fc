import { existsSync, readFileSync } from 'node:fs'
import { appendRows, hash, nested, plugin, type Embedder, type EmbedderSource } from '@whetstone/core'
import { z } from 'zod'

export default plugin({
  name: 'cached',
  about: 'another embedder that embeds each text once, over restarts',
  settings: z.strictObject({
    of: nested<EmbedderSource>('embedders'),
    file: z.string().min(1).describe('where vectors are kept, a JSONL file'),
  }),
  make: ({ of, file }): EmbedderSource => ({ name: of.name, open: async (options) => cachedEmbedder(await of.open(options), file) }),
})

/** Results are kept by content, in memory and in the file, so a resumed round does not pay again. Rows of another embedder in the same file are passed over. */
export function cachedEmbedder(embedder: Embedder, file: string): Embedder {
  const known = new Map<string, Float32Array>()
  if (existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [, id, key, vector] = /^\["([^"]*)","([0-9a-f]{32})","([A-Za-z0-9+/=]+)"\]$/.exec(line) ?? []
      if (id !== embedder.id || key === undefined || vector === undefined) continue
      const bytes = Buffer.from(vector, 'base64')
      if (bytes.length === 4 * embedder.dimensions) known.set(key, new Float32Array(new Uint8Array(bytes).buffer))
    }
  }
  return {
    id: embedder.id,
    dimensions: embedder.dimensions,
    async embed(texts, kind) {
      const keys = texts.map((text) => hash(`${kind}\u0000${text}`).slice(0, 32))
      const missing = new Map(keys.flatMap((key, index) => (known.has(key) ? [] : [[key, texts[index] as string] as const])))
      if (missing.size > 0) {
        const fresh = await embedder.embed([...missing.values()], kind)
        const rows = [...missing.keys()].map((key, index) => {
          const vector = fresh[index] as Float32Array
          known.set(key, vector)
          return [embedder.id, key, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')]
        })
        appendRows(file, rows)
      }
      return keys.map((key) => known.get(key) as Float32Array)
    },
    [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
  }
}
