import { BadInput } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'
import { containerOf, readRaw } from './read-raw.ts'
import { rowProblem, type RowProblem } from './row-problem.ts'

export type FileCheck = { rows: number; wrong: number; problems: ({ line: number } & RowProblem)[] }

/** Checks every row of a file against a format; the first `listed` problems are kept. */
export async function checkExport(format: ExportFormat, file: string, listed = 20): Promise<FileCheck> {
  const container = containerOf(file)
  if ((container === 'parquet') !== (format.container === 'parquet') && (container !== 'parquet' || format.lines))
    throw new BadInput(
      `${file} ${container === 'parquet' ? 'is Parquet' : 'is not a Parquet file'}: ${format.name} reads ${format.container === 'parquet' ? 'Parquet' : 'a row a line'}`,
    )
  if (container === 'json' && format.lines)
    throw new BadInput(`${file} is a JSON array: ${format.name} reads a row a line; npx nx run datasets:convert writes it so`)
  const check: FileCheck = { rows: 0, wrong: 0, problems: [] }
  for await (const { row, line, broken } of readRaw(file)) {
    check.rows++
    const problem = broken ? { field: 'row', says: broken } : rowProblem(format.row, row)
    if (!problem) continue
    check.wrong++
    if (check.problems.length < listed) check.problems.push({ line, ...problem })
  }
  if (check.rows === 0) throw new BadInput(`${file} holds no rows`)
  return check
}
