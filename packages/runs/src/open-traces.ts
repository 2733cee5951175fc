import { existsSync } from 'node:fs'
import { parseRow, readLines, readRows, Trace, type ReadOptions } from '@whetstone/core'
import { lineReader } from './line-reader.ts'
import type { Problem } from './problem.ts'
import { indexReady, knownIndex } from './known-index.ts'
import type { Query, RowIndex } from './row-index.ts'

/** Traces as a stream, of which some may be had by their places, a bit each: the lines of the others are not parsed. */
export type TraceRows = AsyncIterable<Trace> & { pick(bits: Uint8Array): AsyncIterable<Trace> }

/** A file of traces: as a stream, or by place through its index. An absent file holds none. */
export type TraceFile = {
  readonly file: string
  readonly exists: boolean
  rows(options?: Pick<ReadOptions, 'torn' | 'from' | 'to'>): TraceRows
  /** Up to date with the file at each call. */
  index(): Promise<RowIndex>
  /** Whether that can be had at once; a large file that was never indexed takes a while. */
  readonly ready: boolean
  /** The traces at these places of the index, in the order asked for. */
  read(places: ArrayLike<number>): Promise<Trace[]>
  /** The traces that a query means, `limit` of them from the `skip`th on, and how many there are. */
  find(query: Query, options?: { skip?: number; limit?: number }): Promise<{ total: number; traces: Trace[] }>
  /** Lines by the ids of their traces, for many look-ups in the file as it is now. */
  lines(): Promise<(id: string) => string | undefined>
}

/** `name` hears of a torn or foreign line, and what can be read all the same. */
export function openTraces(file: string, name?: (problem: Problem) => void): TraceFile {
  const torn = (path: string, bytes: number) =>
    name?.({ file: path, kind: 'torn', says: `${path}: its last ${bytes} bytes are no whole line`, readable: 'all traces before' })

  let lineAt = lineReader(file)
  let covered = -1
  const index = async () => {
    const made = await knownIndex(file)
    if (made.covered !== covered) {
      covered = made.covered
      lineAt = lineReader(file)
    }
    const { damaged } = made
    if (damaged > 0)
      name?.({
        file,
        kind: 'foreign',
        says: `${file}: ${damaged} line${damaged === 1 ? ' is no trace' : 's are no traces'}`,
        readable: 'all other traces',
      })
    return made
  }
  const read = async (places: ArrayLike<number>) => {
    if (places.length === 0) return []
    const of = await index()
    return Array.from(places, (place) => {
      const { offset, bytes } = of.at(place)
      return parseRow(lineAt(offset, bytes), Trace, `${file}, byte ${offset}`)
    })
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
    get ready() {
      return indexReady(file)
    },
    read,
    async find(query, { skip = 0, limit = Infinity } = {}) {
      const places = (await index()).find(query)
      const traces = await read(places.slice(skip, skip + limit))
      const meant = traces.filter(({ id, task }) => (query.id ?? id) === id && (query.task ?? task) === task)
      return { total: places.length - (traces.length - meant.length), traces: meant }
    },
    async lines() {
      const of = await index()
      return (id) => {
        const start = `{"id":${JSON.stringify(id)},`
        for (const place of of.find({ id })) {
          const { offset, bytes } = of.at(place)
          const text = lineAt(offset, bytes)
          if (text.startsWith(start) || (JSON.parse(text) as { id: string }).id === id) return text
        }
        return undefined
      }
    },
  }
}

/** A line whose place is known was checked when that was found out; only what older rounds left out is filled in. */
function whole(text: string, where: string): Trace {
  const trace = JSON.parse(text) as Trace
  return trace.taskHash === undefined || trace.calls === undefined ? parseRow(text, Trace, where) : trace
}
