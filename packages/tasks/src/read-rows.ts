import { readFileSync } from 'node:fs'
import { BadInput, loneSurrogate, parseRecord } from '@whetstone/core'
import type { z } from 'zod'
import { decodeText } from './read/decode-text.ts'
import { parseJson } from './read/parse-json.ts'

/** A row and the line it stands on, for messages. */
export type Located<T> = { row: T; line: number }

/** Reads the rows of somebody's JSONL file, each parsed by the schema; blank lines and a byte order mark are passed over, numbers keep their digits. */
export function readRows<T>(file: string, schema: z.ZodType<T>): Located<T>[] {
  const { text } = decodeText(readFileSync(file), file)
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const where = `${file}:${index + 1}`
    let value: unknown
    try {
      value = parseJson(line)
    } catch (error) {
      throw new BadInput(`${where}: not JSON (${(error as Error).message}): mend or remove the line`)
    }
    const broken = loneSurrogate(value)
    if (broken !== null) throw new BadInput(`${where}: ${broken} holds half of a surrogate pair, which is no text: mend or remove the row`)
    return [{ row: parseRecord(value, schema, where), line: index + 1 }]
  })
}
