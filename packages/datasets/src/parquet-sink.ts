import type { ExportFormat } from './define-export.ts'
import type { Sink } from './text-sink.ts'

/** Parquet, a row group at a time. */
export function parquetSink(format: ExportFormat, file: string): Sink {
  const pending: Record<string, unknown>[] = []
  let wake: (() => void) | null = null
  let room: (() => void) | null = null
  let ended = false
  async function* rows() {
    for (;;) {
      while (pending.length > 0) {
        const row = pending.shift() as Record<string, unknown>
        if (pending.length < 64) room?.()
        yield row
      }
      if (ended) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  let failure: Error | null = null
  const done = (async () => {
    const { fileWriter, parquetWriteRows } = await import('hyparquet-writer')
    const columns = (format.schema ?? []).filter((_, index, all) => index > 0 && isTop(all, index)).map(({ name }) => ({ name }))
    await parquetWriteRows({ writer: fileWriter(file), rows: rows(), columns, schema: format.schema, rowGroupSize: 10_000 })
  })().catch((error: Error) => {
    failure = error
    room?.()
  })
  return {
    async write(row) {
      if (failure) throw failure
      pending.push(row)
      wake?.()
      if (pending.length >= 1024) await new Promise<void>((resolve) => (room = resolve))
    },
    async close() {
      ended = true
      wake?.()
      await done
      if (failure) throw failure
    },
    destroy() {
      ended = true
      pending.length = 0
      wake?.()
    },
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
