import { createReadStream, existsSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { BadInput } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'
import type { ExportRow } from './export-row.ts'
import { rowProblem, type RowProblem } from './row-problem.ts'

/** A row of somebody's file as it stands there, with its line (its number in JSON arrays and Parquet). */
export type RawRow = { row: unknown; line: number; broken?: string }

/** Rows of a file in a format's container, one at a time (JSON arrays and Parquet are read whole). `.gz` is unpacked. A row that is no JSON comes as broken. */
export async function* readRaw(format: Pick<ExportFormat, 'container' | 'name'>, file: string): AsyncGenerator<RawRow> {
  const stat = existsSync(file) ? statSync(file) : null
  if (!stat) throw new BadInput(`${file} not found: check the path`)
  if (stat.isDirectory()) throw new BadInput(`${file} is a folder: give a file of ${format.name} rows`)
  if (format.container === 'parquet') {
    const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet')
    let rows: Record<string, unknown>[]
    try {
      rows = await parquetReadObjects({ file: await asyncBufferFromFile(file) })
    } catch (error) {
      throw new BadInput(`${file} is not a Parquet file (${(error as Error).message.split('\n')[0]}): ${format.name} rows are Parquet`)
    }
    for (const [index, row] of rows.entries()) yield { row: plain(row), line: index + 1 }
    return
  }
  const source = createReadStream(file)
  const text = /\.gz$/i.test(file) ? source.pipe(createGunzip()) : source
  if (format.container === 'json') {
    const parts: Buffer[] = []
    for await (const part of text) parts.push(part as Buffer)
    let rows: unknown
    try {
      rows = JSON.parse(
        Buffer.concat(parts)
          .toString('utf8')
          .replace(/^\uFEFF/, ''),
      )
    } catch (error) {
      throw new BadInput(`${file} is not JSON (${(error as Error).message}): ${format.name} is one JSON array of rows`)
    }
    if (!Array.isArray(rows)) throw new BadInput(`${file} is not a JSON array: ${format.name} is one array of rows`)
    for (const [index, row] of rows.entries()) yield { row, line: index + 1 }
    return
  }
  let line = 0
  for await (const raw of createInterface({ input: text, crlfDelay: Infinity })) {
    line++
    const content = line === 1 ? raw.replace(/^\uFEFF/, '') : raw
    if (content.trim() === '') continue
    try {
      yield { row: JSON.parse(content), line }
    } catch (error) {
      yield { row: null, line, broken: `not JSON (${(error as Error).message})` }
    }
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

/** Rows of a file, checked and read back; the first that does not fit the format ends the reading, with its line and field. */
export async function* readExport(format: ExportFormat, file: string): AsyncGenerator<ExportRow> {
  for await (const { row, line, broken } of readRaw(format, file)) {
    const problem = broken ? { field: 'row', says: broken } : rowProblem(format.row, row)
    if (problem)
      throw new BadInput(
        `${file}:${line}: ${problem.field} ${problem.says} (${format.name}; npx nx run datasets:check --file=… --format=${format.name} lists all)`,
      )
    yield format.fromRow(format.row.parse(row))
  }
}

export type FileCheck = { rows: number; wrong: number; problems: ({ line: number } & RowProblem)[] }

/** Checks every row of a file against a format; the first `listed` problems are kept. */
export async function checkExport(format: ExportFormat, file: string, listed = 20): Promise<FileCheck> {
  const check: FileCheck = { rows: 0, wrong: 0, problems: [] }
  for await (const { row, line, broken } of readRaw(format, file)) {
    check.rows++
    const problem = broken ? { field: 'row', says: broken } : rowProblem(format.row, row)
    if (!problem) continue
    check.wrong++
    if (check.problems.length < listed) check.problems.push({ line, ...problem })
  }
  if (check.rows === 0) throw new BadInput(`${file} holds no rows`)
  return check
}
