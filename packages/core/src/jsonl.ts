import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { BadInput } from './bad-input.ts'
import { explainDiskError, writeAtomic } from './write-atomic.ts'

/** Appends rows as one write and flushes them: after a crash the file holds all of them or a torn tail, which the next append cuts off and {@link readJsonl} leaves out. */
export function appendJsonl(path: string, rows: readonly unknown[]): void {
  if (rows.length === 0) return
  mkdirSync(dirname(path), { recursive: true })
  const whole = existsSync(path) ? wholeLength(path) : 0
  const file = openSync(path, 'a')
  try {
    ftruncateSync(file, whole)
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    fsyncSync(file)
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

/** Writes a whole JSONL file atomically. */
export function writeJsonl(path: string, rows: readonly unknown[]): void {
  writeAtomic(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

/** Length in bytes of the part of the file that ends with a line feed. */
function wholeLength(path: string): number {
  const size = statSync(path).size
  if (size === 0) return 0
  const bytes = readFileSync(path)
  return bytes.lastIndexOf(0x0a) + 1
}

/** Reads rows, each parsed by the schema. A last line without a line feed is a torn append of ours and left out, unless `wholeFile` says that the file is a user's. An absent file is empty when `optional`. */
export function readJsonl<T>(path: string, schema: z.ZodType<T>, options: { optional?: boolean; wholeFile?: boolean } = {}): T[] {
  if (!existsSync(path)) {
    if (options.optional) return []
    throw new BadInput(`${path} not found: check the path`)
  }
  const text = readFileSync(path, 'utf8')
  const whole = options.wholeFile ? text : text.slice(0, text.lastIndexOf('\n') + 1)
  const rows: T[] = []
  for (const [index, line] of whole.split('\n').entries()) {
    if (line.trim() === '') continue
    rows.push(parseRow(line, schema, `${path}:${index + 1}`))
  }
  return rows
}

/** Parses one line of JSON by a schema; the error names the place and the first thing that is wrong. */
export function parseRow<T>(line: string, schema: z.ZodType<T>, where: string): T {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new BadInput(`${where}: not JSON (${(error as Error).message}): mend or remove the line`)
  }
  return parseRecord(value, schema, where)
}

/** Parses a value by a schema; the error names the place, the member and what was expected. */
export function parseRecord<T>(value: unknown, schema: z.ZodType<T>, where: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new BadInput(`${where}: ${issue?.path.join('.') || 'value'}: ${issue?.message ?? 'does not fit the schema'}`)
}

/** Reads a JSON file by a schema. */
export function readJson<T>(path: string, schema: z.ZodType<T>): T {
  if (!existsSync(path)) throw new BadInput(`${path} not found: check the path`)
  return parseRow(readFileSync(path, 'utf8'), schema, path)
}
