import { BadInput, type Embedder, type Memory, type MemoryStore, type Recalled, type RecallRequest } from '@whetstone/core'
import { fromRow, toRow, type RetiredFor, type StoredMemory } from './bank-schema.ts'
import { explained } from './bank-uri.ts'
import { leakRule } from './leak-guard.ts'
import { memoryText } from './memory-text.ts'
import { openTable, type OpenTable } from './open-table.ts'
import { readFlat, searchFlat, type Flat } from './search-flat.ts'
import { searchHybrid, searchIndex, type Found } from './search-table.ts'

export type OpenBank = Omit<OpenTable, 'embedder'> & {
  /** Null to look into a bank only: list, retire, tag, export. */
  embedder: Embedder | null
  /** Cosine below which a memory is not recalled, however few there are. Default 0: what has nothing in common with the question is left out. */
  minSimilarity?: number
  /** Rank by cosine and full text together. */
  hybrid?: boolean
}

/** An opened memory bank. One table of LanceDB; every write is one commit, so a killed writer leaves all of it or nothing. */
export type Bank = MemoryStore & {
  readonly uri: string
  /** Id of the embedder that the bank was written with. */
  embedder(): Promise<string>
  /** Version of the table that is open. */
  version(): Promise<number>
  /** Live memories. */
  size(): Promise<number>
  /** The live memories, or all with `retired`, oldest first; with their embeddings on request. */
  memories(options?: { retired?: boolean; embeddings?: boolean }): Promise<StoredMemory[]>
  /** The nearest memories of a text, unguarded, for looking into a bank. */
  search(text: string, limit: number): Promise<Found[]>
  /** For each of these live items the live items nearest to it, itself left out, from this similarity on. */
  neighbours(ids: readonly string[], options: { limit: number; similarity: number }): Promise<{ id: string; found: Found[] }[]>
  /** {@link MemoryStore.remember}, with what an import knows besides: origin and retirement. */
  store(memories: readonly StoredMemory[]): Promise<{ added: number; size: number }>
  /** Takes items out of recall, each with its reason; they stay in the bank as a record. */
  retire(items: readonly { id: string; reason: RetiredFor; detail: string }[]): Promise<number>
  /** Names the present version, e.g. `round-003`. A tag that exists is moved. */
  tag(name: string): Promise<void>
  tags(): Promise<{ name: string; version: number }[]>
  /** Makes the bank what it was at a tag; what came after stays reachable by its own tags. */
  rollback(tag: string): Promise<void>
  /** Merges small files where they have doubled the bank since they were merged, brings indices up to date and removes versions older than the oldest tag. */
  compact(): Promise<void>
  /** Removes tags, and versions that no tag reaches from there on. */
  forget(tags: readonly string[]): Promise<void>
}

/** Above this many items a flat search gets slow and an IVF index is built. */
const flatLimit = 20_000
const rowsPerWrite = 10_000
/** Files that a bank may be read from before they are merged. */
const mostFragments = 64
const quoteSql = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Opens a bank, or makes it. See {@link OpenTable} for what is refused. */
export async function openBank(options: OpenBank): Promise<Bank> {
  const { uri, embedder, tag, minSimilarity = 0, hybrid = false } = options
  const table = await openTable(options)
  const writable = () => {
    if (tag !== undefined) throw new BadInput(`Bank ${uri} is open at tag "${tag}", read-only: open it without a tag to write`)
  }
  const embedding = () => {
    if (!embedder) throw new BadInput(`Bank ${uri} was opened without an embedder: name the recipe that it belongs to (--recipe=NAME)`)
    return embedder
  }
  const size = () => table.countRows('retired IS NULL')
  const existing = async (ids: readonly string[]): Promise<Set<string>> => {
    const rows: { id: string }[] = await table
      .query()
      .where(`id IN (${ids.map(quoteSql).join(', ')})`)
      .select(['id'])
      .toArray()
    return new Set(rows.map((row) => row.id))
  }

  let counted: { version: number; rows: number; retired: number } | null = null
  /** Counts of the version that is open: counting with a filter reads a column. */
  async function counts(): Promise<{ version: number; rows: number; retired: number }> {
    const version = await table.version()
    if (counted?.version !== version)
      counted = { version, rows: await table.countRows(), retired: await table.countRows('retired IS NOT NULL') }
    return counted
  }
  let flat: Flat | null = null
  let warmed = -1
  /** The nearest live memories: exact up to {@link flatLimit} items, by index beyond. */
  async function search(vectors: readonly Float32Array[], limit: number, texts?: readonly string[]): Promise<Found[][]> {
    if (hybrid && texts)
      return await searchHybrid(
        table,
        vectors.map((vector, index) => ({ vector, text: texts[index] as string })),
        limit,
      )
    const { version, rows, retired } = await counts()
    if (rows > flatLimit) {
      // Partitions are read once, not at every query.
      if (warmed !== version && (await table.listIndices()).some(({ name }) => name === 'vector_idx'))
        await table.prewarmIndex('vector_idx')
      warmed = version
    }
    if (rows > flatLimit) return await searchIndex(table, vectors, { limit, retired })
    if (flat?.version !== version) flat = await readFlat(table, version)
    return searchFlat(flat, vectors, limit)
  }

  /** Indices that the bank's size asks for. The vector index is built anew rather than grown: a query of a grown one takes nearly twice as long, and rows beside it are searched flat, 3 ms a thousand. */
  async function ensureIndices(): Promise<void> {
    const { Index } = await import('@lancedb/lancedb')
    const indices = await table.listIndices()
    const has = (column: string) => indices.some((index) => index.columns.includes(column))
    const rows = await table.countRows()
    if (hybrid && rows > 0 && !has('text')) await table.createIndex('text', { config: Index.fts() })
    if (rows <= flatLimit) return
    if (!has('id')) await table.createIndex('id', { config: Index.btree() })
    const built = has('vector') ? await table.indexStats('vector_idx') : undefined
    if (!built || built.numUnindexedRows > built.numIndexedRows / 10) await buildIndex(rows)
  }

  async function buildIndex(rows: number): Promise<void> {
    const { Index } = await import('@lancedb/lancedb')
    await table.createIndex('vector', { config: Index.ivfFlat({ distanceType: 'cosine', numPartitions: Math.round(Math.sqrt(rows)) }) })
  }

  async function optimize(): Promise<void> {
    const oldest = Math.min(...Object.values(await (await table.tags()).list()).map((contents) => Number(contents.version)))
    const kept = (await table.listVersions()).find((version) => version.version === oldest)
    // LanceDB refuses to remove versions when a tagged one is among them, so nothing newer than the oldest tag is touched.
    const { compaction } = await table.optimize({ cleanupOlderThan: kept ? new Date(kept.timestamp.getTime() - 1) : new Date() })
    // An index that was carried over to the merged files makes each query look rows up again, for twice the time.
    if (compaction.fragmentsRemoved > 0 && (await table.listIndices()).some(({ name }) => name === 'vector_idx'))
      await buildIndex(await table.countRows())
  }

  async function store(memories: readonly StoredMemory[]): Promise<{ added: number; size: number }> {
    writable()
    let added = 0
    const unique = [...new Map(memories.map((memory) => [memory.id, memory])).values()]
    for (let start = 0; start < unique.length; start += rowsPerWrite) {
      const slice = unique.slice(start, start + rowsPerWrite)
      const known = await existing(slice.map((memory) => memory.id))
      const fresh = slice.filter((memory) => !known.has(memory.id))
      if (fresh.length === 0) continue
      const texts = fresh.map(memoryText)
      const missing = fresh.flatMap((memory, index) => (memory.embedding.length === 0 ? [index] : []))
      const vectors =
        missing.length === 0
          ? []
          : await embedding().embed(
              missing.map((index) => texts[index] as string),
              'document',
            )
      const vectorOf = new Map(missing.map((index, place) => [index, vectors[place] as Float32Array]))
      const rows = fresh.map((memory, index) => toRow(memory, texts[index] as string, vectorOf.get(index) ?? checked(memory)))
      const result = await table.mergeInsert('id').whenNotMatchedInsertAll().execute(rows)
      added += Number(result.numInsertedRows)
    }
    if (added > 0) await ensureIndices()
    return { added, size: await size() }
  }

  /** An embedding that came with a memory must be of this bank's dimensions. */
  function checked(memory: Memory): Float32Array {
    const { dimensions, id } = embedding()
    if (memory.embedding.length !== dimensions)
      throw new BadInput(
        `Memory ${memory.id} has an embedding of ${memory.embedding.length} dimensions, bank ${uri} holds ${dimensions} (${id}): remove its embedding, and it is embedded anew`,
      )
    return Float32Array.from(memory.embedding)
  }

  async function recall(requests: readonly RecallRequest[]): Promise<Recalled[]> {
    if (requests.length === 0) return []
    const { rows, retired } = await counts()
    if (rows === retired) return requests.map(() => ({ memories: [], blocked: [] }))
    // Equal prompts are embedded and searched once.
    const prompts = [...new Set(requests.map((request) => request.task.prompt))]
    const placeOf = new Map(prompts.map((prompt, place) => [prompt, place]))
    const [queries, questions] = [await embedding().embed(prompts, 'query'), await embedding().embed(prompts, 'document')]
    // A few more than wanted, for the guard may block some.
    const limit = 3 * Math.max(...requests.map((request) => request.k)) + 8
    const found = await search(queries, limit, prompts)
    return requests.map(({ task, k, answer }) => {
      const place = placeOf.get(task.prompt) as number
      const recalled: Recalled = { memories: [], blocked: [] }
      for (const { memory, similarity, vector } of found[place] as Found[]) {
        if (recalled.memories.length >= k) break
        if (similarity < minSimilarity) continue
        const vectors = { memory: vector, question: questions[place] as Float32Array }
        const rule = leakRule({ memory, task, vectors, answer })
        if (rule) recalled.blocked.push({ id: memory.id, rule })
        else recalled.memories.push(memory)
      }
      return recalled
    })
  }

  return explained<Bank>({
    uri,
    embedder: async () => (await table.schema()).metadata.get('whetstone.embedder') as string,
    version: () => table.version(),
    size,
    recall,
    store,
    remember: (memories) => store(memories.map((memory) => ({ ...memory, retired: null, retiredFor: null, origin: null }))),
    async memories({ retired = false, embeddings = false } = {}) {
      const query = retired ? table.query() : table.query().where('retired IS NULL')
      const columns = (await table.schema()).fields
        .map((field) => field.name)
        .filter((name) => name !== 'text' && (embeddings || name !== 'vector'))
      const rows: Record<string, unknown>[] = await query.select(columns).toArray()
      return rows
        .map((row) => fromRow(row, embeddings))
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id < b.id ? -1 : 1))
    },
    async search(text, limit) {
      const vectors = await embedding().embed([text], 'query')
      return (await search(vectors, limit, [text]))[0] ?? []
    },
    async neighbours(ids, { limit, similarity }) {
      const near: { id: string; found: Found[] }[] = []
      for (let start = 0; start < ids.length; start += 512) {
        const wanted = ids
          .slice(start, start + 512)
          .map(quoteSql)
          .join(', ')
        const rows: { id: string; vector: { toArray(): Float32Array } }[] = await table
          .query()
          .where(`id IN (${wanted}) AND retired IS NULL`)
          .select(['id', 'vector'])
          .toArray()
        const vectors = rows.map((row) => row.vector.toArray())
        const found = await search(vectors, limit + 1)
        for (const [index, { id }] of rows.entries())
          near.push({ id, found: (found[index] as Found[]).filter((hit) => hit.memory.id !== id && hit.similarity >= similarity) })
      }
      return near.sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    async retire(items) {
      writable()
      if (items.length === 0) return 0
      const reasons = new Map(items.map((item) => [item.id, item]))
      // One commit for all: the rows are read whole and put back with their reason.
      const rows: Record<string, unknown>[] = await table
        .query()
        .where(`id IN (${[...reasons.keys()].map(quoteSql).join(', ')}) AND retired IS NULL`)
        .toArray()
      if (rows.length === 0) return 0
      const retired = rows.map((row) => {
        const memory = fromRow(row)
        const { reason, detail } = reasons.get(memory.id) as (typeof items)[number]
        const vector = (row['vector'] as { toArray(): Float32Array }).toArray()
        return toRow({ ...memory, retired: `${reason}: ${detail}`, retiredFor: reason }, row['text'] as string, vector)
      })
      const result = await table.mergeInsert('id').whenMatchedUpdateAll().execute(retired)
      return Number(result.numUpdatedRows)
    },
    async tag(name) {
      writable()
      const tags = await table.tags()
      const version = await table.version()
      if (name in (await tags.list())) await tags.update(name, version)
      else await tags.create(name, version)
    },
    async tags() {
      const listed = await (await table.tags()).list()
      return Object.entries(listed)
        .map(([name, { version }]) => ({ name, version: Number(version) }))
        .sort((a, b) => a.version - b.version || (a.name < b.name ? -1 : 1))
    },
    async rollback(name) {
      writable()
      const tags = await (await table.tags()).list()
      if (!(name in tags)) throw new BadInput(`Bank ${uri} has no tag "${name}". Tags: ${Object.keys(tags).sort().join(', ') || 'none'}`)
      await table.checkout(name)
      await table.restore()
    },
    async compact() {
      writable()
      // Merging copies all rows, and older tags keep what was copied: done at each doubling it costs what the bank holds, done each round the square.
      const { numRows, fragmentStats } = await table.stats()
      if (fragmentStats.numFragments < mostFragments && numRows < 2 * fragmentStats.lengths.max) return
      await optimize()
    },
    async forget(names) {
      writable()
      const tags = await table.tags()
      const there = await tags.list()
      for (const name of names) if (name in there) await tags.delete(name)
      // Versions go up to the oldest tag, and merging writes the bank anew: worth it where most versions go.
      const oldest = Math.min(...Object.values(await tags.list()).map((contents) => Number(contents.version)))
      const versions = await table.listVersions()
      if (2 * versions.filter(({ version }) => version < oldest).length >= versions.length) await optimize()
    },
    async [Symbol.asyncDispose]() {
      table.close()
    },
  })
}
