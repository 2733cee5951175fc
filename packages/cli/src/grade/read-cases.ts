import { createReadStream } from 'node:fs'
import { BadInput, loneSurrogate, parseRecord, repeatedKey } from '@whetstone/core'
import { decodeText, readBytes, readHeadBytes, readRecords, unpackedName } from '@whetstone/tasks'
import { z } from 'zod'

const text = z.union([z.string(), z.number(), z.boolean()], { error: 'neither text nor a number' }).transform(String)
const json = z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value))
/** `gold`: one answer, or a list of which each is accepted. A JSON object is a gold answer of the grader json. */
const Row = z.looseObject({
  gold: z.union([text, z.array(text).min(1), json], { error: 'neither text, a number, nor a list of them' }),
  pred: z.union([text, json], { error: 'neither text nor a number' }),
  question: text.optional(),
  grader: z.string().optional(),
})

/** `whole`: the row as it is written out again; `written`: its fields, numbers that a double would change as text. */
export type GradeCase = z.output<typeof Row> & { whole: Record<string, unknown>; written: Record<string, unknown>; line: number }
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Rows of {gold, pred}, so many at a time: JSONL, streamed where it is plain UTF-8; packed, in UTF-16, CSV, JSON or Parquet read whole. What is no text or stands twice is refused with file and line. */
export async function* readCases(file: string, size: number, advance: (bytes: number) => void): AsyncGenerator<GradeCase[]> {
  let rows: GradeCase[] = []
  for await (const { whole, written, line } of /\.(?:csv|tsv|json|parquet)$/i.test(unpackedName(file))
    ? tableRows(file)
    : jsonRows(file, advance)) {
    const where = `${file}:${line}`
    const row = parseRecord(written, Row, where)
    const broken = loneSurrogate(written)
    if (broken !== null)
      throw new BadInput(`${where}: ${broken} holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no text`)
    // A JSON object is graded as it was written, too.
    for (const side of ['gold', 'pred'] as const) if (isObject(written[side])) row[side] = JSON.stringify(whole[side])
    rows.push({ ...row, whole, written, line })
    if (rows.length === size) {
      yield rows
      rows = []
    }
  }
  yield rows
}

type Raw = Pick<GradeCase, 'whole' | 'written' | 'line'>

async function* tableRows(file: string): AsyncGenerator<Raw> {
  const { rows } = await readRecords(file)
  for (const { record, line } of rows) yield { whole: record, written: record, line }
}

async function* jsonRows(file: string, advance: (bytes: number) => void): AsyncGenerator<Raw> {
  let line = 0
  for await (const content of readLines(file, advance)) {
    line++
    const plain = content.replace(/^\uFEFF/, '')
    if (plain.trim() === '') continue
    const where = `${file}:${line}`
    const [whole, written] = [parse(plain, asWritten, where), parse(plain, asText, where)]
    const twice = repeatedKey(plain)
    if (twice !== null) throw new BadInput(`${where}: ${twice} stands twice in one row, and which one is meant only you know: keep one`)
    yield { whole, written, line }
  }
}

type Reviver = (key: string, value: unknown, context: { source: string }) => unknown
/** Numbers as they were written, since a double may be another: for what is graded, and for what is written out again. */
const asText: Reviver = (_key, value, { source }) => (typeof value === 'number' && String(value) !== source ? source : value)
const asWritten: Reviver = (_key, value, { source }) => (typeof value === 'number' && String(value) !== source ? rawJson(source) : value)
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }

function parse(line: string, reviver: Reviver, where: string): Record<string, unknown> {
  try {
    return JSON.parse(line, reviver as never) as Record<string, unknown>
  } catch (error) {
    throw new BadInput(`${where}: not JSON: ${(error as Error).message}`)
  }
}

/** Lines end with a line feed alone (node:readline also breaks at U+2028, which JSON may hold). */
async function* readLines(file: string, advance: (bytes: number) => void): AsyncGenerator<string> {
  const head = readHeadBytes(file, 64)
  const isPacked = unpackedName(file) !== file
  const isWide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) || head[1] === 0
  if (isPacked || isWide) {
    yield* decodeText(readBytes(file), file).text.split('\n')
    return
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const decode = (bytes: Uint8Array, stream: boolean): string => {
    try {
      return decoder.decode(bytes, { stream })
    } catch {
      return decodeText(readBytes(file), file).text // refused there, with line and byte
    }
  }
  let rest = ''
  for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    advance(bytes.length)
    const lines = (rest + decode(bytes, true)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest + decode(new Uint8Array(), false)
}
