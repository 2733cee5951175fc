import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { BadInput, decompress, splitLines } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'
import { jsonItems } from './json-items.ts'

/** A row of somebody's file as it stands there, with its line (its number in JSON arrays and Parquet), or why it is none. */
export type RawRow = { row: unknown; line: number; broken?: string }

/** Rows of a file in a format's container, one at a time, from the line (row) `from` on. What is gzip by its first bytes is unpacked, whatever it is called. */
export async function* readRaw(
  { container, name }: Pick<ExportFormat, 'container' | 'name'>,
  file: string,
  { from = 1 }: { from?: number } = {},
): AsyncGenerator<RawRow> {
  const stat = existsSync(file) ? statSync(file) : null
  if (!stat) throw new BadInput(`${file} not found: check the path`)
  if (stat.isDirectory()) throw new BadInput(`${file} is a folder: give a file of ${name} rows`)
  if (container === 'parquet') return yield* parquetRows(file, name, from)
  const [first, second] = firstBytes(file)
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new BadInput(`${file} is UTF-16: save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)`)
  const stream = createReadStream(file, { highWaterMark: 1 << 20 })
  const bytes = first === 0x1f && second === 0x8b ? stream.pipe(createGunzip({ chunkSize: 1 << 18 })) : stream
  stream.on('error', (error) => bytes.destroy(error))
  try {
    if (container === 'json') return yield* arrayRows(bytes, file, name, from)
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

function toRow(text: string, line: number, foreign: boolean | undefined): RawRow {
  if (foreign) return { row: null, line, broken: 'holds bytes that are no UTF-8' }
  try {
    return { row: JSON.parse(text), line }
  } catch (error) {
    return { row: null, line, broken: `not JSON (${(error as Error).message.slice(0, 200)})` }
  }
}

async function* arrayRows(bytes: AsyncIterable<unknown>, file: string, name: string, from: number): AsyncGenerator<RawRow> {
  let line = 0
  for await (const item of jsonItems(bytes)) {
    if ('wrong' in item) throw new BadInput(`${file} ${item.wrong}: ${name} is one JSON array of rows`)
    if (++line >= from) yield toRow(item.text, line, item.foreign)
  }
}

/** Rows of a Parquet file, so many at a time. */
const parquetRowsAtOnce = 5000

async function* parquetRows(file: string, name: string, from: number): AsyncGenerator<RawRow> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
  const wrong = (error: unknown) =>
    new BadInput(`${file} is not a Parquet file (${(error as Error).message.split('\n')[0]}): ${name} rows are Parquet`)
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
    const head = Buffer.alloc(2)
    return head.subarray(0, readSync(handle, head, 0, 2, 0))
  } finally {
    closeSync(handle)
  }
}
