import type { TextTable } from './text-table.ts'

/** A table in a terminal: columns as wide as their widest cell; the first to the left, numbers to the right. */
export function showTable({ head, rows }: TextTable): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')
  return [head, ...rows].map((row) => `  ${line(row)}`.trimEnd()).join('\n')
}
