import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { BadInput, loneSurrogate, repeatedKey } from '@whetstone/core'
import { parse } from 'csv-parse/sync'
import type { CsvError } from 'csv-parse/sync'
import { readParquet } from '../read-parquet.ts'
import { unfoldChat } from './unfold-chat.ts'
import { unfoldChoices } from './unfold-choices.ts'
import { decodeText, type Encoding } from './decode-text.ts'
import { findRows } from './find-rows.ts'
import { findSeparator, separators, type Separator } from './find-separator.ts'
import { parseJson } from './parse-json.ts'
import { readBytes, unpackedName } from './read-bytes.ts'

/** A row as it stands in the file, with the place for messages: line of a text file, number of the row elsewhere. */
export type LocatedRecord = { record: Record<string, unknown>; line: number }
export type ReadOptions = { encoding?: Encoding; separator?: Separator }
export type Records = {
  rows: LocatedRecord[]
  /** What the file was taken for, in words: `CSV, separated by semicolons, UTF-16LE`. */
  found: string
}

const kinds = 'CSV, TSV, JSON, JSONL (plain, .gz or .zst) or Parquet'

/**
 * Reads any table of rows: CSV and TSV (separator and encoding are found unless said), JSONL, a JSON array (or an object with one array of rows), Parquet. What a file is decides its name, and where
 * that says nothing its first character. Numbers of JSON keep their digits; half surrogates, bytes that are no text and rows that are no objects are refused with file and line.
 */
export async function readRecords(file: string, { encoding, separator }: ReadOptions = {}): Promise<Records> {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) throw new BadInput(`${file} not found: check the path. A ${kinds} file is read`)
  if (!stat.isFile()) throw new BadInput(`${file} is a folder: give a ${kinds} file`)
  const bytes = readBytes(file)
  const name = unpackedName(basename(file))
  if (/\.parquet$/i.test(name) || startsWith(bytes, 'PAR1')) {
    const rows = await readParquet(file)
    return { rows: rows.map((record, index) => checked(record, file, index + 1, 'row ')), found: 'Parquet' }
  }
  if (startsWith(bytes, 'PK')) throw new BadInput(`${file} is a spreadsheet or an archive: save the sheet as CSV. ${kinds} files are read`)
  if (/\.ya?ml$/i.test(name)) throw new BadInput(`${file} is YAML: write its rows as JSON. ${kinds} files are read`)
  const { text, encoding: is } = decodeText(bytes, file, encoding)
  const kind = kindOf(name, text)
  const said = is === 'utf-8' ? '' : `, ${is.toUpperCase()}`
  if (kind === 'jsonl') return { rows: readJsonLines(text, file), found: `JSONL${said}` }
  if (kind === 'json') return { rows: readJsonArray(text, file), found: `JSON${said}` }
  // What Excel writes above the header to name the separator; the line stays, empty, so that lines keep their numbers.
  const named = /^sep=([,;\t|])(?=\r?\n)/i.exec(text)
  const body = withoutComments(named ? text.slice(named[0].length) : text)
  const own = (Object.keys(separators) as Separator[]).find((each) => separators[each] === named?.[1])
  const cut = separator ?? own ?? findSeparator(body, name)
  const words = { comma: 'commas', semicolon: 'semicolons', tab: 'tabs', pipe: 'bars' } as const
  return { rows: readSeparated(body, file, separators[cut]), found: `${cut === 'tab' ? 'TSV' : 'CSV'}, separated by ${words[cut]}${said}` }
}

const startsWith = (bytes: Uint8Array, text: string) => [...text].every((character, index) => bytes[index] === character.charCodeAt(0))

function kindOf(name: string, text: string): 'jsonl' | 'json' | 'separated' {
  if (/\.(jsonl|ndjson)$/i.test(name)) return /^\s*\[/.test(text) ? 'json' : 'jsonl'
  if (/\.(csv|tsv|tab|txt)$/i.test(name)) return 'separated'
  if (/^\s*\[/.test(text)) return 'json'
  if (!/^\s*\{/.test(text)) return 'separated'
  return isOneObject(text) ? 'json' : 'jsonl'
}

/** One JSON object over the whole text that holds rows; a single row is JSONL. */
function isOneObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as object
    return (
      findRows(value) !== null ||
      Object.values(value).some((member) => Array.isArray(member) && member.some((item) => item !== null && typeof item === 'object'))
    )
  } catch {
    return false
  }
}

function readJsonLines(text: string, file: string): LocatedRecord[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    let record: unknown
    try {
      record = parseJson(line.replace(/^\uFEFF/, '')) // files that were put together keep their marks
    } catch (error) {
      throw new BadInput(`${file}:${index + 1}: not JSON (${(error as Error).message}): mend or remove the line`)
    }
    const twice = repeatedKey(line)
    if (twice !== null)
      throw new BadInput(`${file}:${index + 1}: ${twice} stands twice in one row, and which one is meant only you know: keep one`)
    return [checked(record, file, index + 1)]
  })
}

function readJsonArray(text: string, file: string): LocatedRecord[] {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new BadInput(`${file}: not JSON (${(error as Error).message}): mend the file`)
  }
  const twice = repeatedKey(text)
  if (twice !== null) throw new BadInput(`${file}: ${twice} stands twice in one object, and which one is meant only you know: keep one`)
  const rows = findRows(value)
  if (rows === null) {
    const lists = Object.values(value as object).filter(Array.isArray).length
    throw new BadInput(`${file} holds ${lists === 0 ? 'no list' : `${lists} lists`} of rows: give a JSON array, or one row a line`)
  }
  return rows.map((record, index) => checked(record, file, index + 1, 'row '))
}

/** Names that stand twice would hide one column behind the other. */
function distinctNames(header: readonly string[], file: string): string[] {
  const names = header.map((name) => name.trim())
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
  if (twice !== undefined) {
    const places = names.flatMap((name, index) => (name === twice ? [index + 1] : []))
    throw new BadInput(
      `${file}:1: column ${JSON.stringify(twice)} stands ${places.length} times (${places.join(', ')}): give each column a name of its own`,
    )
  }
  return names
}

/** Lines above the header that programs mark as comments; they stay, empty, so that lines keep their numbers. */
function withoutComments(text: string): string {
  const above = /^(?:#[^\n]*\n)+/.exec(text)?.[0]
  // a header may begin with # itself: `#,question,answer`
  return above && !/[,;\t|]/.test(above) ? above.replace(/[^\n]/g, '') + text.slice(above.length) : text
}

/** Cells that are no names of columns: the table has no header, and two columns are question and answer. */
function withoutHeader(header: readonly string[]): boolean {
  const [first = '', second = ''] = header.map((cell) => cell.trim())
  return header.length === 2 && first !== '' && (/[?=:]$/.test(first) || /^-?\d+([.,]\d+)?$/.test(second) || first.length > 60)
}
/** The line below a Markdown table's header. */
const isRule = (record: Record<string, string>) =>
  Object.values(record).every((cell) => /^\s*(:?-{2,}:?)?\s*$/.test(cell)) && Object.values(record).some((cell) => cell.includes('--'))

function readSeparated(text: string, file: string, delimiter: string, quoted = true): LocatedRecord[] {
  try {
    const [header = []] = parse(text, {
      delimiter,
      to: 1,
      skip_empty_lines: true,
      relax_column_count: true,
      quote: quoted ? '"' : false,
    }) as string[][]
    const rows = parse(text, {
      delimiter,
      columns: withoutHeader(header) ? ['question', 'answer'] : (names: string[]) => distinctNames(names, file),
      info: true,
      skip_empty_lines: true,
      quote: quoted ? '"' : false,
    }) as unknown as {
      record: Record<string, string>
      info: { lines: number }
    }[]
    // A quoted field may span lines: the parser counts to the row's last one.
    return rows.filter(({ record }) => !isRule(record)).map(({ record, info }) => checked(record, file, info.lines))
  } catch (error) {
    if (error instanceof BadInput) throw error
    const { message, lines, code } = error as CsvError & { lines?: number }
    // Most programs that write tabs quote nothing: `3" pipe` is text.
    if (delimiter === '\t' && quoted && /QUOTE/.test(code)) return readSeparated(text, file, delimiter, false)
    throw new BadInput(
      `${file}:${lines ?? 1}: ${message}: mend the row, or name the separator with --separator=${Object.keys(separators).join('|')}`,
    )
  }
}

function checked(record: unknown, file: string, line: number, row = ''): LocatedRecord {
  const where = `${file}:${row}${line}`
  if (record === null || typeof record !== 'object' || Array.isArray(record))
    throw new BadInput(`${where}: a row is an object with fields, not ${JSON.stringify(record).slice(0, 60)}`)
  const broken = loneSurrogate(record)
  if (broken !== null)
    throw new BadInput(
      `${where}: ${broken} holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no text: mend or remove the row`,
    )
  return { record: unfoldChoices(unfoldChat(record as Record<string, unknown>)), line }
}
