import { readFileSync } from 'node:fs'
import { parseRow } from '@whetstone/core'
import type { z } from 'zod'

/** A row and the line it stands on, for messages. */
export type Located<T> = { row: T; line: number }

/** Reads the rows of somebody's JSONL file, each parsed by the schema; blank lines and a byte order mark are passed over. */
export function readRows<T>(file: string, schema: z.ZodType<T>): Located<T>[] {
  const lines = readFileSync(file, 'utf8')
    .replace(/^\uFEFF/, '')
    .split('\n')
  return lines.flatMap((text, i) => (text.trim() === '' ? [] : [{ row: parseRow(text, schema, `${file}:${i + 1}`), line: i + 1 }]))
}
