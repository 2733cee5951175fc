// Times a bank on made-up embeddings: `node packages/memory/src/bench-retrieval.ts 100000` (about two minutes). Embeddings are drawn around 500 centres, as those of texts on a limited number of subjects lie.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random, type Embedder } from '@whetstone/core'
import type { StoredMemory } from './bank-schema.ts'
import { cosine } from '@whetstone/similarity'
import { unit } from '@whetstone/similarity'
import { openBank } from './open-bank.ts'

export type RetrievalFigures = {
  items: number
  dimensions: number
  /** Seconds to insert the first 10 000 items (or all, where there are fewer), embeddings given. */
  insertSeconds: number
  /** Milliseconds of a query for the top 10: median and 95th percentile of 50. */
  medianMs: number
  p95Ms: number
  /** Share of the exact top 10 that was found. */
  recall: number
}

/** Inserts items into a fresh bank under the system's temporary folder and times queries. */
export async function benchRetrieval(items: number, { dimensions = 1024, seed = 1 } = {}): Promise<RetrievalFigures> {
  const next = random(seed)
  const gauss = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const centres = Array.from({ length: 500 }, () => unit(Float32Array.from({ length: dimensions }, gauss)))
  const draw = () => {
    const centre = centres[Math.floor(next() * centres.length)] as Float32Array
    return unit(Float32Array.from(centre, (value) => value + gauss() / Math.sqrt(dimensions)))
  }
  const queries = Array.from({ length: 50 }, draw)
  let asked = 0
  const embedder: Embedder = {
    id: 'bench',
    dimensions,
    embed: async () => [queries[asked++ % queries.length] as Float32Array],
    async [Symbol.asyncDispose]() {},
  }
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-bench-'))
  try {
    await using bank = await openBank({ uri: join(folder, 'bank'), embedder })
    const vectors: { id: string; vector: Float32Array }[] = []
    let insertSeconds = 0
    for (let start = 0; start < items; start += 10_000) {
      const batch = Array.from({ length: Math.min(10_000, items - start) }, (_, index): StoredMemory => {
        const id = `memory-${start + index}`
        const vector = draw()
        vectors.push({ id, vector })
        return {
          id,
          title: id,
          description: 'd',
          content: `content of ${id}`,
          sourceTask: id,
          sourceTraces: ['trace'],
          success: true,
          createdAt: '2026',
          reflector: 'bench',
          retired: null,
          retiredFor: null,
          origin: null,
          embedding: vector as unknown as number[],
        }
      })
      const started = performance.now()
      await bank.store(batch)
      if (start === 0) insertSeconds = (performance.now() - started) / 1000
    }
    await bank.compact()
    for (let warm = 0; warm < 10; warm++) await bank.search('', 10)
    const times: number[] = []
    let hits = 0
    asked = 0
    const answers: string[][] = []
    for (let query = 0; query < queries.length; query++) {
      const started = performance.now()
      const found = await bank.search('', 10)
      times.push(performance.now() - started)
      answers.push(found.map(({ memory }) => memory.id))
    }
    // Apart from the timing: an exact search goes through all of the memory that the caches held.
    for (const [place, query] of queries.entries()) {
      const exact = vectors
        .map(({ id, vector }) => ({ id, similarity: cosine(query, vector) }))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, 10)
      hits += exact.filter(({ id }) => answers[place]?.includes(id)).length
    }
    times.sort((a, b) => a - b)
    return {
      items,
      dimensions,
      insertSeconds,
      medianMs: times[25] as number,
      p95Ms: times[47] as number,
      recall: hits / (10 * queries.length),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) console.log(await benchRetrieval(Number(process.argv[2] ?? 10_000)))
