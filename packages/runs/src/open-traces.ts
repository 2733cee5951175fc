import { existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { parseRow, readRows, Trace, type ReadOptions } from '@whetstone/core'
import { openIndex, type Query, type RowIndex } from './row-index.ts'

/** A file of traces: as a stream, or by place through its index. An absent file holds none. */
export type TraceFile = {
  readonly file: string
  readonly exists: boolean
  rows(options?: Pick<ReadOptions, 'torn' | 'from' | 'to'>): AsyncIterable<Trace>
  /** Up to date with the file at each call. */
  index(): Promise<RowIndex>
  /** The traces at these places of the index, in the order asked for. */
  read(places: readonly number[]): Promise<Trace[]>
  /** The traces that a query means, `limit` of them from the `skip`th on, and how many there are. */
  find(query: Query, options?: { skip?: number; limit?: number }): Promise<{ total: number; traces: Trace[] }>
}

export function openTraces(file: string): TraceFile {
  let known: { size: number; modified: number; index: RowIndex } | null = null
  const index = async () => {
    const { size, mtimeMs } = existsSync(file) ? statSync(file) : { size: 0, mtimeMs: 0 }
    if (known?.size !== size || known.modified !== mtimeMs) known = { size, modified: mtimeMs, index: await openIndex(file) }
    return known.index
  }
  const read = async (places: readonly number[]) => {
    if (places.length === 0) return []
    const of = await index()
    const handle = await open(file, 'r')
    try {
      const traces: Trace[] = []
      for (const place of places) {
        const { offset, bytes } = of.at(place)
        const { buffer } = await handle.read(Buffer.allocUnsafe(bytes), 0, bytes, offset)
        traces.push(parseRow(buffer.toString('utf8'), Trace, `${file}, byte ${offset}`))
      }
      return traces
    } finally {
      await handle.close()
    }
  }
  return {
    file,
    get exists() {
      return existsSync(file)
    },
    rows: (options = {}) => ({ [Symbol.asyncIterator]: () => readRows(file, Trace, { optional: true, ...options }) }),
    index,
    read,
    async find(query, { skip = 0, limit = Infinity } = {}) {
      const places = (await index()).find(query)
      const traces = await read(places.slice(skip, skip + limit))
      const meant = traces.filter(({ id, task }) => (query.id ?? id) === id && (query.task ?? task) === task)
      return { total: places.length - (traces.length - meant.length), traces: meant }
    },
  }
}
