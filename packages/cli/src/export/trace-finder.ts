import { closeSync, openSync, readSync } from 'node:fs'
import type { Trace } from '@whetstone/core'
import { openRun, type RowIndex } from '@whetstone/runs'

/** What exports and aggregates want of a trace. The lines were checked when their index was made, so they are only read here. */
export type FoundTrace = Pick<Trace, 'id' | 'task' | 'taskset' | 'split' | 'level' | 'round' | 'grade' | 'calls'>

const block = 1 << 18

/**
 * Finds traces by id in a round's own file first, then in older ones, whose attempts are replayed. Rows that come in the order of their traces
 * cost a read of a block now and then.
 */
export async function traceFinder(run: string, round: number): Promise<{ find(id: string): FoundTrace | undefined; close(): void }> {
  const reader = openRun(run)
  const files: { index: RowIndex; handle: number; from: number; held: Buffer }[] = []
  for (let at = round; at >= 1; at--) {
    const { traces } = reader.round(at)
    if (traces.exists) files.push({ index: await traces.index(), handle: openSync(traces.file, 'r'), from: 0, held: Buffer.alloc(0) })
  }
  const lineOf = (file: (typeof files)[number], offset: number, bytes: number): string => {
    if (offset < file.from || offset + bytes > file.from + file.held.length) {
      const buffer = Buffer.allocUnsafe(Math.max(block, bytes))
      file.held = buffer.subarray(0, readSync(file.handle, buffer, 0, buffer.length, offset))
      file.from = offset
    }
    return file.held.toString('utf8', offset - file.from, offset - file.from + bytes)
  }
  return {
    find(id) {
      for (const file of files)
        for (const place of file.index.find({ id })) {
          const { offset, bytes } = file.index.at(place)
          const trace = JSON.parse(lineOf(file, offset, bytes)) as FoundTrace
          if (trace.id === id) return trace
        }
      return undefined
    },
    close() {
      for (const { handle } of files) closeSync(handle)
      files.length = 0
    },
  }
}
