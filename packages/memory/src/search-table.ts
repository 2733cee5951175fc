import { rerankers, type Table } from '@lancedb/lancedb'
import { fromRow, type StoredMemory } from './bank-schema.ts'
import { cosine } from './cosine.ts'

/** A memory found, with its embedding and the cosine between it and the query. */
export type Found = { memory: StoredMemory; similarity: number; vector: Float32Array }
export type SearchTable = { vectors: readonly Float32Array[]; texts: readonly string[]; limit: number; hybrid: boolean }

/** Queries that go into one call of LanceDB. */
const batch = 128
/** Partitions of an IVF index that a query looks into. */
const probes = 24
const live = 'retired IS NULL'

/** The nearest live memories of each query, best first: by cosine, or, hybrid, by reciprocal rank fusion of cosine and full text. Ties are broken by id, so that the order is the same on every machine. */
export async function searchTable(table: Table, { vectors, texts, limit, hybrid }: SearchTable): Promise<Found[][]> {
  if (hybrid) return await Promise.all(vectors.map((vector, index) => searchHybrid(table, vector, texts[index] as string, limit)))
  const found: Found[][] = []
  for (let start = 0; start < vectors.length; start += batch) {
    const slice = vectors.slice(start, start + batch)
    let query = table.query().nearestTo(slice[0] as Float32Array)
    for (const vector of slice.slice(1)) query = query.addQueryVector(vector)
    const rows: Record<string, unknown>[] = await query.column('vector').distanceType('cosine').where(live).nprobes(probes).limit(limit).toArray()
    const perQuery: Found[][] = slice.map(() => [])
    for (const row of rows) {
      // LanceDB numbers the queries only when there are several.
      const index = slice.length === 1 ? 0 : Number(row['query_index'])
      perQuery[index]?.push(toFound(row, slice[index] as Float32Array))
    }
    for (const hits of perQuery) found.push(hits.sort((a, b) => b.similarity - a.similarity || (a.memory.id < b.memory.id ? -1 : 1)))
  }
  return found
}

async function searchHybrid(table: Table, vector: Float32Array, text: string, limit: number): Promise<Found[]> {
  // The query's words only: its punctuation could mean something to the full-text parser.
  const words = text.match(/[\p{L}\p{N}]+/gu)?.join(' ') ?? ''
  if (words === '') return (await searchTable(table, { vectors: [vector], texts: [text], limit, hybrid: false }))[0] as Found[]
  const query = table.query().fullTextSearch(words, { columns: ['text'] }).nearestTo(vector).column('vector').distanceType('cosine').where(live)
  const rows: Record<string, unknown>[] = await query.rerank(await rerankers.RRFReranker.create()).nprobes(probes).limit(limit).toArray()
  return rows.slice(0, limit).map((row) => toFound(row, vector))
}

function toFound(row: Record<string, unknown>, query: Float32Array): Found {
  const vector = Float32Array.from(row['vector'] as Iterable<number>)
  return { memory: fromRow(row), vector, similarity: cosine(query, vector) }
}
