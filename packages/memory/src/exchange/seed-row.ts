import { z } from 'zod'
import { memoryId, type Memory } from '@whetstone/core'
import { RetiredFor, retirementOf, type StoredMemory } from '../bank-schema.ts'

/** A row of reasoning_bank.json, as the ReasoningBank SLM project writes it. Members that it does not know are ours (or somebody's) and are kept. */
export const SeedRow = z.looseObject({
  title: z.string(),
  description: z.string().nullish(),
  content: z.string(),
  source_problem_id: z.union([z.string(), z.number()]).nullish(),
  success: z.boolean(),
  created_at: z.union([z.string(), z.number()]).nullish(),
  embedding: z.array(z.number()).nullish(),
})
export type SeedRow = z.infer<typeof SeedRow>

/** What our own export adds to a row. */
const OwnRow = z.object({
  id: z.string(),
  source_traces: z.array(z.string()),
  reflector: z.string(),
  retired: z.string().nullable(),
  retired_for: RetiredFor.nullish(),
  embedder: z.string(),
})

const origins = z.object({ place: z.number(), rows: z.array(z.unknown()) })

/** A row as a memory. Its embedding is taken over only where this very embedder made it; otherwise the bank embeds it anew. A foreign row is kept whole as the memory's origin. */
export function fromSeedRow(row: SeedRow, options: { embedder: string; place: number }): StoredMemory {
  const fields: Pick<Memory, 'title' | 'description' | 'content' | 'sourceTask' | 'success' | 'createdAt'> = {
    title: row.title,
    description: row.description ?? '',
    content: row.content,
    sourceTask: String(row.source_problem_id ?? ''),
    success: row.success,
    createdAt: String(row.created_at ?? ''),
  }
  const own = OwnRow.safeParse(row)
  const id = memoryId(fields)
  if (own.success && own.data.id === id) {
    const { source_traces: sourceTraces, reflector, retired, embedder, retired_for } = own.data
    return {
      ...fields,
      id,
      sourceTraces,
      reflector,
      retired,
      retiredFor: retired_for === undefined ? retirementOf(retired) : retired_for,
      embedding: embedder === options.embedder ? (row.embedding ?? []) : [],
      origin: null,
    }
  }
  return {
    ...fields,
    id,
    sourceTraces: [],
    reflector: 'import',
    retired: null,
    retiredFor: null,
    embedding: [],
    origin: JSON.stringify({ place: options.place, rows: [row] }),
  }
}

/** Two rows that say the same are one memory with both rows as its origin. */
export function joinOrigins(first: StoredMemory, second: StoredMemory): StoredMemory {
  if (first.origin === null || second.origin === null) return first
  const [a, b] = [origins.parse(JSON.parse(first.origin)), origins.parse(JSON.parse(second.origin))]
  return { ...first, origin: JSON.stringify({ place: a.place, rows: [...a.rows, ...b.rows] }) }
}

/** A memory as rows of the file: those it was imported from, as they were, or one of ours with the seed's members first. `place` orders what was imported as it stood in its file. */
export function toSeedRows(memory: StoredMemory, embedder: string): { place: number; rows: unknown[] } {
  if (memory.origin !== null) {
    const { place, rows } = origins.parse(JSON.parse(memory.origin))
    return { place, rows: memory.retired === null ? rows : rows.map((row) => ({ ...(row as object), retired: memory.retired })) }
  }
  const { id, title, description, content, sourceTask, sourceTraces, success, createdAt, embedding, reflector, retired, retiredFor } =
    memory
  return {
    place: Infinity,
    rows: [
      {
        title,
        description,
        content,
        source_problem_id: sourceTask,
        success,
        created_at: createdAt,
        embedding: embedding.length > 0 ? embedding : null,
        id,
        source_traces: sourceTraces,
        reflector,
        retired,
        retired_for: retiredFor,
        embedder,
      },
    ],
  }
}
