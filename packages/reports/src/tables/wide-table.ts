import { from, type ColumnTable } from 'arquero'

/**
 * Long rows as a wide table: a row for each value of the columns `by`, a column for each value of `across`, in order of appearance. Where a pair has no row, the cell is undefined.
 */
export function wideTable<R extends object>(
  rows: readonly R[],
  { by, across, cell }: { by: readonly (keyof R & string)[]; across: keyof R & string; cell: keyof R & string },
): ColumnTable {
  if (rows.length === 0) return from([])
  return from(rows as R[])
    .groupby(...by)
    .pivot(across, cell, { sort: false })
}
