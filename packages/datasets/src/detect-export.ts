import { BadInput, compiled } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'
import { Inexpressible, type ExportRow } from './export-row.ts'
import { exportNames, loadExport } from './load-export.ts'
import { containerOf, readRaw, type RawRow } from './read-raw.ts'
import { rowProblem } from './row-problem.ts'

/** Rows that a format is told by. */
const sample = 50
/** Of formats whose rows look the same the one that says most plainly what they are. */
const first = ['trl-messages', 'trl-prompt-completion', 'trl-preference', 'trl-kto', 'trl-grpo']

/**
 * The format of a file of training rows, by its first rows: every one fits, and of the formats that do the one with the fewest columns left
 * over. A file that fits none is refused with what the nearest format misses.
 */
export async function detectExport(file: string): Promise<ExportFormat> {
  const container = containerOf(file)
  const rows: RawRow[] = []
  // A torn or foreign line says nothing of the format: who reads the rows names it.
  let broken: string | null = null
  for await (const raw of readRaw(file)) {
    if (!raw.broken && isRecord(raw.row)) rows.push(raw)
    else
      broken ??= `${file}:${raw.line}: row ${raw.broken ?? 'is not an object'}: training rows are JSON objects, a line each or in one array, or Parquet`
    if (rows.length === sample) break
  }
  if (rows.length === 0) throw new BadInput(broken ?? `${file} holds no rows`)
  let found: { format: ExportFormat; extra: number } | null = null
  let nearest: { name: string; near: number; says: string } | null = null
  for (const name of exportNames().toSorted((a, b) => order(a) - order(b))) {
    const format = await loadExport(name)
    // Of formats that are alike but for what holds them, the one that this file would be.
    let [fits, extra] = [0, format.container === container ? 0 : 0.5]
    let says: string | null = null
    for (const raw of rows) {
      const looked = loosely(format, raw)
      if (looked.problem) {
        says = `${file}:${raw.line}: ${looked.problem}`
        break
      }
      // Those too that a format takes without knowing them.
      extra += looked.extra.length + Object.keys(looked.row as object).length - knownTo(format, looked.row as object)
      fits++
    }
    if (says === null && (found === null || extra < found.extra)) found = { format, extra }
    const near = 1000 * fits + knownTo(format, rows[fits]?.row ?? {})
    if (says !== null && (nearest === null || near > nearest.near)) nearest = { name, near, says }
  }
  if (found) return found.format
  throw new BadInput(
    `${file} holds rows of no format that is known (as ${nearest?.name}, ${nearest?.says}): name one with --format, or see npx nx run datasets:check --format=NAME`,
  )
}
/** Columns that say whether an answer is wanted: rows that have them are no worked examples, whatever else they hold. */
const telling = new Set(['label', 'kto_tag', 'chosen', 'rejected'])

const order = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length)

const turned = (column: string) => `${column} is no field of this format, and turns what the row says round`

const columns = new WeakMap<ExportFormat, ReadonlySet<string>>()
/** Columns that a format knows, in whichever of its shapes. */
function columnsOf(format: ExportFormat): ReadonlySet<string> {
  let known = columns.get(format)
  if (!known) {
    const { shape, options = [] } = format.row as unknown as { shape?: object; options?: { shape?: object }[] }
    known = new Set([shape ?? {}, ...options.map((each) => each.shape ?? {})].flatMap((each) => Object.keys(each)))
    columns.set(format, known)
  }
  return known
}
const knownTo = (format: ExportFormat, given: object) => Object.keys(given).filter((name) => columnsOf(format).has(name)).length

export type LooseReading = {
  /** Hears of rows that are left out; absent: the first ends the reading. */
  skipped?: ((line: number, why: string) => void) | undefined
  /** Hears, once each, of columns that are none of the format's: they are left aside. */
  aside?: ((column: string) => void) | undefined
  /** Hears of each row that is given out, before it is. */
  reading?: ((line: number) => void) | undefined
  /** Why a row is of no use to whoever reads it. */
  unfit?: ((row: ExportRow) => string | null) | undefined
}

/** Rows of a file whose format was found or named, one that does not fit named with its line and field. */
export async function* readLoosely(
  format: ExportFormat,
  file: string,
  { skipped, aside, unfit, reading }: LooseReading = {},
): AsyncGenerator<ExportRow> {
  let rows = 0
  const known = new Set<string>()
  for await (const raw of readRaw(file)) {
    rows++
    const { row, problem, extra } = loosely(format, raw, known)
    for (const column of extra) {
      known.add(column)
      aside?.(column)
    }
    const made = problem === null ? madeOf(format, row, unfit) : problem
    if (typeof made !== 'string') {
      reading?.(raw.line)
      yield made
    } else if (skipped) skipped(raw.line, made)
    else
      throw new BadInput(
        `${file}:${raw.line}: ${made} (${format.name}; npx nx run datasets:check --file=… --format=${format.name} lists all; --skip leaves such rows out)`,
      )
  }
  if (rows === 0) throw new BadInput(`${file} holds no rows`)
}

function madeOf(format: ExportFormat, row: unknown, unfit: LooseReading['unfit']): ExportRow | string {
  try {
    const made = format.fromRow(compiled(format.row).parse(row))
    return unfit?.(made) ?? made
  } catch (error) {
    if (error instanceof Inexpressible) return error.message
    throw error
  }
}

/** A row less its members at the top that the format does not know, and what is still wrong with it. */
function loosely(
  format: ExportFormat,
  { row, broken }: RawRow,
  known: ReadonlySet<string> = new Set(),
): { row: unknown; problem: string | null; extra: string[] } {
  if (broken) return { row, problem: `row ${broken}`, extra: [] }
  // Columns that were none of the format's in rows before are likely none in this one: each would cost a parse.
  let rest = known.size > 0 && isRecord(row) ? Object.fromEntries(Object.entries(row).filter(([name]) => !known.has(name))) : row
  for (const extra: string[] = []; ;) {
    const problem = rowProblem(format.row, rest)
    if (problem === null) {
      const taken = isRecord(rest) ? Object.keys(rest).find((name) => telling.has(name) && !columnsOf(format).has(name)) : undefined
      return { row: rest, problem: taken === undefined ? null : turned(taken), extra }
    }
    const surplus = problem.says === 'is no field of this format' && problem.field in (rest as object) ? problem.field : null
    if (surplus === null) return { row: rest, problem: `${problem.field} ${problem.says}`, extra }
    if (telling.has(surplus)) return { row: rest, problem: turned(surplus), extra }
    const { [surplus]: _, ...without } = rest as Record<string, unknown>
    rest = without
    extra.push(surplus)
  }
}

const isRecord = (row: unknown): row is object => row !== null && typeof row === 'object' && !Array.isArray(row)
