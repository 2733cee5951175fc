import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { parseRow, readLines, readRows, Trace, type ReadOptions } from '@whetstone/core'
import type { Problem } from './problem.ts'
import { openIndex, type Query, type RowIndex } from './row-index.ts'

/** Traces as a stream, of which some may be had by their places, a bit each: the lines of the others are not parsed. */
export type TraceRows = AsyncIterable<Trace> & { pick(bits: Uint8Array): AsyncIterable<Trace> }

/** A file of traces: as a stream, or by place through its index. An absent file holds none. */
export type TraceFile = {
  readonly file: string
  readonly exists: boolean
  rows(options?: Pick<ReadOptions, 'torn' | 'from' | 'to'>): TraceRows
  /** Up to date with the file at each call. */
  index(): Promise<RowIndex>
  /** The traces at these places of the index, in the order asked for. */
  read(places: readonly number[]): Promise<Trace[]>
  /** The traces that a query means, `limit` of them from the `skip`th on, and how many there are. */
  find(query: Query, options?: { skip?: number; limit?: number }): Promise<{ total: number; traces: Trace[] }>
}

/** `name` hears of a torn or foreign line, and what can be read all the same. */
export function openTraces(file: string, name?: (problem: Problem) => void): TraceFile {
  const torn = (path: string, bytes: number) =>
    name?.({ file: path, kind: 'torn', says: `${path}: its last ${bytes} bytes are no whole line`, readable: 'all traces before' })

  let known: { size: number; modified: number; index: RowIndex } | null = null
  const index = async () => {
    const { size, mtimeMs } = existsSync(file) ? statSync(file) : { size: 0, mtimeMs: 0 }
    if (known?.size !== size || known.modified !== mtimeMs) {
      block = { offset: 0, bytes: Buffer.alloc(0) }
      known = { size, modified: mtimeMs, index: await openIndex(file, known?.index) }
      const { damaged } = known.index
      if (damaged > 0)
        name?.({
          file,
          kind: 'foreign',
          says: `${file}: ${damaged} line${damaged === 1 ? ' is no trace' : 's are no traces'}`,
          readable: 'all other traces',
        })
    }
    return known.index
  }
  const read = async (places: readonly number[]) => {
    if (places.length === 0) return []
    const of = await index()
    return places.map((place) => {
      const { offset, bytes } = of.at(place)
      return parseRow(near(offset, bytes).toString('utf8'), Trace, `${file}, byte ${offset}`)
    })
  }
  let block = { offset: 0, bytes: Buffer.alloc(0) }
  /** Bytes of the file, with what follows them: traces that are looked up one after another often lie side by side. */
  const near = (offset: number, bytes: number): Buffer => {
    if (offset < block.offset || offset + bytes > block.offset + block.bytes.length) {
      const handle = openSync(file, 'r')
      try {
        const buffer = Buffer.allocUnsafe(Math.max(bytes, 1 << 16))
        block = { offset, bytes: buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, offset)) }
      } finally {
        closeSync(handle)
      }
    }
    return block.bytes.subarray(offset - block.offset, offset - block.offset + bytes)
  }
  return {
    file,
    get exists() {
      return existsSync(file)
    },
    rows(options = {}) {
      const how = { optional: true, torn: name && torn, ...options }
      return {
        [Symbol.asyncIterator]: () => readRows(file, Trace, how),
        async *pick(bits) {
          let place = 0
          for await (const { text, offset } of readLines(file, how)) {
            const wanted = ((bits[place >> 3] ?? 0) >> (place & 7)) & 1
            place++
            if (wanted) yield whole(text, `${file}, byte ${offset}`)
          }
        },
      }
    },
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

/** A line whose place is known was checked when that was found out; only what older rounds left out is filled in. */
function whole(text: string, where: string): Trace {
  const trace = JSON.parse(text) as Trace
  return trace.taskHash === undefined || trace.calls === undefined ? parseRow(text, Trace, where) : trace
}
