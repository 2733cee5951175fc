import type { ColumnTable } from 'arquero'

/** Titles and cells as text: what is shown in a terminal, on a page, in Markdown. */
export type TextTable = { head: readonly string[]; rows: readonly (readonly string[])[] }

/** A table's cells as text, `-` where there is none. */
export function textTable(table: ColumnTable, show: (value: unknown) => string = String): TextTable {
  const head = table.columnNames()
  const text = (value: unknown) => (value === null || value === undefined ? '-' : typeof value === 'string' ? value : show(value))
  return { head, rows: table.objects().map((row) => head.map((column) => text((row as Record<string, unknown>)[column]))) }
}
