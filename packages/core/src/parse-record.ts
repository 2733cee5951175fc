import { existsSync, readFileSync } from 'node:fs'
import type { z } from 'zod'
import { BadInput } from './bad-input.ts'
import { compiled } from './compiled.ts'

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
  const parsed = compiled(schema).safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new BadInput(`${where}: ${issue?.path.join('.') || 'value'}: ${issue?.message ?? 'does not fit the schema'}`)
}

/** Reads a JSON file by a schema. */
export function readJson<T>(path: string, schema: z.ZodType<T>): T {
  if (!existsSync(path)) throw new BadInput(`${path} not found: check the path`)
  const remedy = 'mend it, or bring it back from a copy'
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new BadInput(`${path}: not JSON (${(error as Error).message.slice(0, 200)}): ${remedy}`)
  }
  const { data, error } = schema.safeParse(value)
  if (!error) return data as T
  const [issue] = error.issues
  throw new BadInput(`${path}: ${issue?.path.join('.') || 'value'}: ${issue?.message ?? 'does not fit the schema'}: ${remedy}`)
}
