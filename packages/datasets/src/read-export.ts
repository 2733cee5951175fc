import { BadInput, compiled } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'
import type { ExportRow } from './export-row.ts'
import { readRaw } from './read-raw.ts'
import { rowProblem, type RowProblem } from './row-problem.ts'

/** Rows of a file, checked and read back; the first that does not fit the format ends the reading, with its line and field. */
export async function* readExport(format: ExportFormat, file: string): AsyncGenerator<ExportRow> {
  for await (const { row, line, broken } of readRaw(format, file)) {
    const problem = broken ? { field: 'row', says: broken } : rowProblem(format.row, row)
    if (problem)
      throw new BadInput(
        `${file}:${line}: ${problem.field} ${problem.says} (${format.name}; npx nx run datasets:check --file=… --format=${format.name} lists all)`,
      )
    yield format.fromRow(compiled(format.row).parse(row))
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
