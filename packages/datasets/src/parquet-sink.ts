import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { ByteWriter, ParquetWriter, type Writer } from 'hyparquet-writer'
import type { ExportFormat } from './define-export.ts'
import type { Sink } from './text-sink.ts'

/** A row group is full at so many rows, or characters of text: it is held until it is written. */
const [groupRows, groupCharacters] = [10_000, 1 << 24]

/** Parquet, a row group at a time. */
export function parquetSink(format: ExportFormat, file: string): Sink {
  const schema = format.schema ?? []
  const names = schema.filter((_, index, all) => index > 0 && isTop(all, index)).map(({ name }) => name)
  const disk = fileWriter(file)
  // Bounds of texts serve nobody, and cost a comparison a value.
  const writer = new ParquetWriter({ writer: disk.writer, schema, statistics: false })
  let columns = names.map((): unknown[] => [])
  let characters = 0
  const bytesOf = (value: unknown): unknown => {
    if (typeof value === 'string') {
      characters += value.length
      // As bytes out of one pool: the writer would make a buffer of its own of each, which is what most of its time goes to. Short ones repeat and go into its dictionary.
      return value.length > 32 ? Buffer.from(value) : value
    }
    if (Array.isArray(value)) return value.map(bytesOf)
    if (value === null || typeof value !== 'object') return value
    const copy: Record<string, unknown> = {}
    for (const name in value) copy[name] = bytesOf((value as Record<string, unknown>)[name])
    return copy
  }
  const flush = () => {
    const rows = columns[0]?.length ?? 0
    writer.write({ columnData: names.map((name, place) => ({ name, data: columns[place] as unknown[] })), rowGroupSize: Math.max(1, rows) })
    columns = names.map(() => [])
    characters = 0
  }
  let groups = 0
  return {
    write(row) {
      for (const [place, name] of names.entries()) columns[place]?.push(bytesOf(row[name]))
      if ((columns[0]?.length ?? 0) < groupRows && characters < groupCharacters) return
      flush()
      groups++
    },
    async close() {
      if (groups === 0 || (columns[0]?.length ?? 0) > 0) flush()
      await writer.finish()
      disk.close()
    },
    destroy: () => disk.destroy(),
  }
}

/** hyparquet-writer's buffer, put out to a file whenever it holds a mebibyte. */
function fileWriter(file: string): { writer: Writer; close(): void; destroy(): void } {
  const handle = openSync(file, 'w')
  let open = true
  const writer = new ByteWriter(1 << 21)
  const ensure = writer.ensure.bind(writer)
  const put = () => {
    const bytes = new Uint8Array(writer.buffer, 0, writer.index)
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written)
    writer.index = 0
  }
  writer.ensure = (size: number) => {
    if (writer.index > 1 << 20) put()
    ensure(size)
  }
  writer.finish = put
  const destroy = () => {
    if (open) closeSync(handle)
    open = false
  }
  return {
    writer,
    close() {
      fsyncSync(handle)
      destroy()
    },
    destroy,
  }
}

/** Whether an element of a flattened schema is a column of its own, not a member of one. */
function isTop(schema: readonly { num_children?: number }[], index: number): boolean {
  for (let at = 1; at < schema.length; at += span(schema, at)) if (at === index) return true
  return false
}
function span(schema: readonly { num_children?: number }[], at: number): number {
  let size = 1
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) size += span(schema, at + size)
  return size
}
