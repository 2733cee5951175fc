import { mkdtempSync, openSync, closeSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Rows that can be read as often as they are asked for: each time they are made afresh. */
export const reread = <T>(open: () => AsyncIterable<T>): AsyncIterable<T> => ({
  [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator](),
})

const lost = (came: number, count: number) =>
  new Error(`${came} of ${count} rows came: rows that are put in order must be the same at each reading`)

/** Rows that are held in memory while they are put in order; more go through a file. */
const heldAtMost = 20_000

/**
 * Rows in another order than they come in: each names its place, from 0, all places below `count` once. Memory does not grow with the rows, but
 * for 12 bytes a row: they are kept in a file of the system's temporary folder until the last is given out.
 */
export async function* inOrder<T>(rows: AsyncIterable<{ place: number; row: T }>, count: number): AsyncGenerator<T, void, void> {
  if (count <= heldAtMost) {
    const held = new Array<T>(count)
    let came = 0
    for await (const { place, row } of rows) {
      held[place] = row
      came++
    }
    if (came !== count) throw lost(came, count)
    yield* held
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-order-'))
  const file = openSync(join(folder, 'rows.jsonl'), 'w+')
  const [offsets, lengths] = [new Float64Array(count), new Uint32Array(count)]
  try {
    let end = 0
    let came = 0
    let pieces: Buffer[] = []
    let waiting = 0
    const flush = () => {
      const bytes = Buffer.concat(pieces)
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
      pieces = []
      waiting = 0
    }
    for await (const { place, row } of rows) {
      came++
      const bytes = Buffer.from(JSON.stringify(row))
      offsets[place] = end
      lengths[place] = bytes.length
      end += bytes.length
      pieces.push(bytes)
      waiting += bytes.length
      if (waiting > 1 << 18) flush()
    }
    flush()
    if (came !== count) throw lost(came, count)
    for (let place = 0; place < count; place++) {
      const bytes = Buffer.allocUnsafe(lengths[place] as number)
      readSync(file, bytes, 0, bytes.length, offsets[place] as number)
      yield JSON.parse(bytes.toString('utf8')) as T
    }
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true, force: true })
  }
}
