import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { makeFolder } from './make-folder.ts'
import { BadInput } from './bad-input.ts'
import { mapRows } from './map-rows.ts'
import { parseRow } from './parse-record.ts'
import { lineSplitter, type Line } from './split-lines.ts'
import { explainDiskError } from './write-atomic.ts'

export type ReadOptions = {
  /** An absent file is empty. */
  optional?: boolean
  /** A user's file: its last line counts though no line feed ends it. In files of ours such a line is a torn append and left out. */
  wholeFile?: boolean
  /** First byte, the beginning of a line, and the byte to stop before: default the whole file as it is when reading begins. */
  from?: number
  to?: number
  /** Hears of a torn last line, in bytes; default: a line on stderr. */
  torn?: (path: string, bytes: number) => void
}

const block = 1 << 18
/** Each read gives way to what else the process has to do, and costs a tenth of a millisecond for it. */
const readBlock = 1 << 20
const lineFeed = 0x0a

const sayTorn = (path: string, bytes: number) =>
  process.stderr.write(`${path}: its last line is torn (${bytes} bytes without a line feed) and is left out\n`)

/** The lines of a file, one at a time: memory does not grow with the file, only with its longest line. Empty lines are counted and left out. */
export function readLines(path: string, options: ReadOptions = {}): AsyncIterableIterator<Line, undefined, undefined> {
  const blocks = readBlocks(path, options)
  let lines: Iterator<Line, void> | null = null
  const more = async (): Promise<IteratorResult<Line, undefined>> => {
    for (;;) {
      const block = await blocks.next()
      if (block.done) return { done: true, value: undefined }
      lines = block.value
      const line = lines.next()
      if (!line.done) return line
    }
  }
  // A line that is there already waits for nothing; a generator would wait for it three times.
  return {
    next() {
      const line = lines?.next()
      return line && !line.done ? Promise.resolve(line) : more()
    },
    return: () => blocks.return().then(() => ({ done: true, value: undefined })),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** The lines of each block that is read. */
async function* readBlocks(path: string, options: ReadOptions): AsyncGenerator<Iterator<Line, void>, void, void> {
  if (!existsSync(path)) {
    if (options.optional) return
    throw new BadInput(`${path} not found: check the path`)
  }
  const file = await open(path, 'r')
  try {
    const end = Math.min(options.to ?? Infinity, (await file.stat()).size)
    let position = options.from ?? 0
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(readBlock, end - position)))
    const splitter = lineSplitter(position)
    while (position < end) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - position), position)
      if (bytesRead === 0) break
      position += bytesRead
      yield splitter.push(buffer.subarray(0, bytesRead))
    }
    const last = splitter.rest()
    if (last === null) return
    if (!options.wholeFile) (options.torn ?? sayTorn)(path, last.bytes)
    else if (last.text.trim() !== '') yield [last].values()
  } finally {
    await file.close()
  }
}

/** Rows of a JSONL file, one at a time, each parsed by the schema; what does not fit is refused with file and line. */
export const readRows = <T>(
  path: string,
  schema: z.ZodType<T>,
  options: ReadOptions = {},
): AsyncIterableIterator<T, undefined, undefined> =>
  mapRows(readLines(path, options), ({ text, number, offset }) =>
    parseRow(text, schema, options.from ? `${path}, byte ${offset}` : `${path}:${number}`),
  )

/**
 * Appends rows and flushes them. After a crash the file holds all of them or a torn tail, which the next append cuts off. Costs what it
 * appends, however long the file is. Returns the file's length in bytes.
 */
export function appendRows(path: string, rows: Iterable<unknown>): number {
  makeFolder(dirname(path))
  const file = openSync(path, 'a+')
  let whole = 0
  try {
    const size = fstatSync(file).size
    whole = wholeLength(file, size)
    if (whole < size) {
      sayTorn(path, size - whole)
      ftruncateSync(file, whole)
    }
    const end = writeAll(file, rows, whole)
    if (end > whole) fsyncSync(file)
    return end
  } catch (error) {
    try {
      ftruncateSync(file, whole)
    } catch {
      // the disk refuses even that: the torn tail is cut off by the next append
    }
    throw explainDiskError(error, path)
  } finally {
    closeSync(file)
  }
}

/** Writes a JSONL file whole or not at all, a row at a time: to a neighbour first, flushed, then renamed over the target. */
export async function writeRows(path: string, rows: Iterable<unknown> | AsyncIterable<unknown>): Promise<{ rows: number; bytes: number }> {
  const neighbour = `${path}.${process.pid}.tmp`
  let count = 0
  let bytes = 0
  try {
    makeFolder(dirname(path))
    const file = openSync(neighbour, 'w')
    try {
      let batch: unknown[] = []
      const flush = () => {
        bytes = writeAll(file, batch, bytes)
        batch = []
      }
      for await (const row of rows) {
        batch.push(row)
        count++
        if (batch.length === 512) flush()
      }
      flush()
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(neighbour, path)
  } catch (error) {
    rmSync(neighbour, { force: true })
    throw explainDiskError(error, path)
  }
  return { rows: count, bytes }
}

/** Writes rows in pieces of about a block, so that no string grows with their number; returns where the file ends then. */
function writeAll(file: number, rows: Iterable<unknown>, end: number): number {
  let text = ''
  let at = end
  const flush = () => {
    const bytes = Buffer.from(text)
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    at += bytes.length
    text = ''
  }
  for (const row of rows) {
    text += `${JSON.stringify(row)}\n`
    if (text.length >= block) flush()
  }
  flush()
  return at
}

/** Length in bytes of the part of a file that ends with a line feed, found from its end. */
function wholeLength(file: number, size: number): number {
  const buffer = Buffer.allocUnsafe(Math.min(block, size))
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block)
    const read = readSync(file, buffer, 0, end - start, start)
    const at = buffer.subarray(0, read).lastIndexOf(lineFeed)
    if (at !== -1) return start + at + 1
    end = start
  }
  return 0
}
