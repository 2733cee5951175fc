import type { Table } from '@lancedb/lancedb'
import { fromRow, type StoredMemory } from './bank-schema.ts'
import { cosine } from '@whetstone/similarity'

/** A memory found, with its embedding and the cosine between it and the query. */
export type Found = { memory: StoredMemory; similarity: number; vector: Float32Array }

/** Queries that go into one call of LanceDB. */
const batch = 64
/** Partitions of an IVF index that a query looks into. */
const probes = 24
/** Up to so many retired rows are passed over afterwards; a filter before the search costs more. */
const fewRetired = 64

/** The nearest live memories of each query by the table's IVF index, best first, ties in order of id. `retired` is how many rows are not live. */
export async function searchIndex(
  table: Table,
  queries: readonly Float32Array[],
  { limit, retired }: { limit: number; retired: number },
): Promise<Found[][]> {
  const found: Found[][] = []
  for (let start = 0; start < queries.length; start += batch) {
    const slice = queries.slice(start, start + batch)
    let query = table.query().nearestTo(slice[0] as Float32Array)
    for (const vector of slice.slice(1)) query = query.addQueryVector(vector)
    query = query
      .column('vector')
      .distanceType('cosine')
      .nprobes(probes)
      .limit(limit + Math.min(retired, fewRetired))
    if (retired > fewRetired) query = query.where('retired IS NULL')
    const rows: Record<string, unknown>[] = await query.toArray()
    const perQuery: Found[][] = slice.map(() => [])
    for (const row of rows) {
      // LanceDB numbers the queries only when there are several.
      const index = slice.length === 1 ? 0 : Number(row['query_index'])
      if (row['retired'] === null) perQuery[index]?.push(toFound(row, slice[index] as Float32Array))
    }
    for (const hits of perQuery)
      found.push(hits.sort((a, b) => b.similarity - a.similarity || (a.memory.id < b.memory.id ? -1 : 1)).slice(0, limit))
  }
  return found
}

/** The best live memories of each query by reciprocal rank fusion (Cormack et al. 2009) of cosine and full text. */
export async function searchHybrid(
  table: Table,
  queries: readonly { vector: Float32Array; text: string }[],
  limit: number,
): Promise<Found[][]> {
  const { rerankers } = await import('@lancedb/lancedb')
  const reranker = await rerankers.RRFReranker.create()
  return await Promise.all(
    queries.map(async ({ vector, text }) => {
      // The query's words only: its punctuation could mean something to the full-text parser. Without any there is nothing to fuse.
      const words = text.match(/[\p{L}\p{N}]+/gu)?.join(' ')
      let query = table.query().nearestTo(vector).column('vector').distanceType('cosine').where('retired IS NULL').nprobes(probes)
      if (words) query = query.fullTextSearch(words, { columns: ['text'] }).rerank(reranker)
      const rows: Record<string, unknown>[] = await query.limit(limit).toArray()
      return rows.slice(0, limit).map((row) => toFound(row, vector))
    }),
  )
}

function toFound(row: Record<string, unknown>, query: Float32Array): Found {
  const vector = (row['vector'] as { toArray(): Float32Array }).toArray()
  return { memory: fromRow(row), vector, similarity: cosine(query, vector) }
}
