import { existsSync, readFileSync } from 'node:fs'
import { appendJsonl, hash, type Embedder } from '@whetstone/core'

/** An embedder that embeds each text once: results are kept by content, in memory and in a JSONL file beside the bank, so a resumed round does not pay again. Rows of another embedder in the same file are passed over. */
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
        appendJsonl(file, rows)
      }
      return keys.map((key) => known.get(key) as Float32Array)
    },
    [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
  }
}
