import { BadInput, parseRecord } from '@whetstone/core'
import { decodeText, readBytes } from '@whetstone/tasks'
import { z } from 'zod'

/** Python writes NaN and Infinity where JSON has no word: they are no scores. */
const pythonNumbers = /(?<=[:,[]\s*)-?(?:NaN|Infinity)(?=\s*[,}\]])/g

/** Whole numbers beyond a double's reach are ids, and stay what was written. */
const keepIds = (_key: string, value: unknown, context?: { source?: string }) =>
  typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER && context?.source !== undefined ? context.source : value
const parseJson = (text: string): unknown => (JSON.parse as (text: string, reviver: typeof keepIds) => unknown)(text, keepIds)

/** A JSON value of somebody's log; `where` names the place where it is none. */
export function parseLog(text: string, where: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    try {
      return parseJson(text.replace(pythonNumbers, 'null'))
    } catch {
      throw new BadInput(`${where}: not JSON (${(error as Error).message}): mend or remove the line`)
    }
  }
}

/** Rows of somebody's log, one JSON value a line: byte order marks, UTF-16 and Python's NaN are read, anything else is refused with its line. */
export function readLogRows<T>(file: string, schema: z.ZodType<T>): T[] {
  const { text } = decodeText(readBytes(file), file)
  if (/^\s*\[/.test(text))
    return z
      .array(z.unknown())
      .parse(parseLog(text, file))
      .map((row, index) => parseRecord(row, schema, `${file}: row ${index + 1}`))
  return text.split('\n').flatMap((line, index) => {
    const where = `${file}:${index + 1}`
    return line.trim() === '' ? [] : [parseRecord(parseLog(line.replace(/^\uFEFF/, ''), where), schema, where)]
  })
}

/** A log that is one JSON value. */
export const readLog = <T>(file: string, schema: z.ZodType<T>): T =>
  parseRecord(parseLog(decodeText(readBytes(file), file).text, file), schema, file)
