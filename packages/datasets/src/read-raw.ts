import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs'
import { createGunzip, gunzipSync } from 'node:zlib'
import { BadInput, decompress, splitLines } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'
import { jsonItems } from './json-items.ts'

/** A row of somebody's file as it stands there, with its line (its number in JSON arrays and Parquet), or why it is none. */
export type RawRow = { row: unknown; line: number; broken?: string }

/**
 * Rows of a file, one at a time, from the line (row) `from` on: JSONL, a JSON array or Parquet, whichever it is by its first bytes, whatever it is
 * called and whatever its consumer would read. Gzip is unpacked.
 */
export async function* readRaw(file: string, { from = 1 }: { from?: number } = {}): AsyncGenerator<RawRow> {
  const container = containerOf(file)
  if (container === 'parquet') return yield* parquetRows(file, from)
  const stream = createReadStream(file, { highWaterMark: 1 << 20 })
  const bytes = isPacked(firstBytes(file)) ? stream.pipe(createGunzip({ chunkSize: 1 << 18 })) : stream
  stream.on('error', (error) => bytes.destroy(error))
  try {
    if (container === 'json') return yield* arrayRows(bytes, file, from)
    for await (const { text, number: line, foreign } of splitLines(bytes)) {
      if (line < from) continue
      yield toRow(line === 1 ? text.replace(/^\uFEFF/, '') : text, line, foreign)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_')) throw new BadInput(`${file} is a damaged archive (${message}): fetch it again`)
    throw error
  } finally {
    stream.destroy()
  }
}

/** What holds a file's rows, by its first bytes. */
export function containerOf(file: string): ExportFormat['container'] {
  const stat = existsSync(file) ? statSync(file) : null
  if (!stat) throw new BadInput(`${file} not found: check the path`)
  if (stat.isDirectory()) throw new BadInput(`${file} is a folder: give a file of training rows`)
  if (stat.size === 0) throw new BadInput(`${file} is empty`)
  const head = firstBytes(file)
  if (head.toString('latin1', 0, 4) === 'PAR1') return 'parquet'
  if (/\.parquet$/i.test(file)) throw new BadInput(`${file} is not a Parquet file: it does not begin like one`)
  const text = (isPacked(head) ? unpacked(head) : head).toString('utf8').replace(/^\uFEFF/, '')
  if (/^.?\u0000/s.test(text) || head.toString('latin1', 0, 2) === '\xff\xfe' || head.toString('latin1', 0, 2) === '\xfe\xff')
    throw new BadInput(`${file} is UTF-16: save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)`)
  return /^\s*\[/.test(text) ? 'json' : 'jsonl'
}

const isPacked = (head: Uint8Array) => head[0] === 0x1f && head[1] === 0x8b

/** The end of a part of an archive is no fault. */
function unpacked(head: Uint8Array): Buffer {
  try {
    return gunzipSync(head, { finishFlush: 2 })
  } catch {
    return Buffer.alloc(0)
  }
}

function toRow(text: string, line: number, foreign: boolean | undefined): RawRow {
  if (foreign) return { row: null, line, broken: 'holds bytes that are no UTF-8' }
  try {
    return { row: JSON.parse(text), line }
  } catch (error) {
    return { row: null, line, broken: `not JSON (${(error as Error).message.slice(0, 200)})` }
  }
}

async function* arrayRows(bytes: AsyncIterable<unknown>, file: string, from: number): AsyncGenerator<RawRow> {
  let line = 0
  for await (const item of jsonItems(bytes)) {
    if ('wrong' in item)
      throw new BadInput(`${file} ${item.wrong}: it begins as one JSON array of rows, and should be that or a row a line`)
    if (++line >= from) yield toRow(item.text, line, item.foreign)
  }
}

/** Rows of a Parquet file, so many at a time. */
const parquetRowsAtOnce = 5000

async function* parquetRows(file: string, from: number): AsyncGenerator<RawRow> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
  const wrong = (error: unknown) => new BadInput(`${file} is not a Parquet file (${(error as Error).message.split('\n')[0]})`)
  try {
    const buffer = await asyncBufferFromFile(file)
    const metadata = await parquetMetadataAsync(buffer)
    const total = Number(metadata.num_rows)
    for (let start = from - 1; start < total; start += parquetRowsAtOnce) {
      const rows = await parquetReadObjects({
        ...{ file: buffer, metadata, compressors: decompress },
        ...{ rowStart: start, rowEnd: Math.min(total, start + parquetRowsAtOnce) },
      })
      for (const [index, row] of rows.entries()) yield { row: plain(row), line: start + index + 1 }
    }
  } catch (error) {
    throw error instanceof BadInput ? error : wrong(error)
  }
}

/** Parquet's 64-bit numbers as JSON has them; absent fields left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => (member === null || member === undefined ? [] : [[name, plain(member)]])),
    )
  return value
}

function firstBytes(file: string): Buffer {
  const handle = openSync(file, 'r')
  try {
    const head = Buffer.alloc(1 << 16)
    return head.subarray(0, readSync(handle, head, 0, head.length, 0))
  } finally {
    closeSync(handle)
  }
}
