import { lineText, padLine, terminalWidth } from '@whetstone/core'
import type { TextTable } from './text-table.ts'
import { columns } from './wrap.ts'

const numeric = /^[-+(–]?\d|^-?$|^not /

/**
 * A table in a terminal of 80 columns: columns as wide as their widest cell, words to the left, numbers to the right. What does not fit goes
 * below, the first column repeated.
 */
export function showTable(table: TextTable, width = columns): string {
  const [head = [], ...rows] = [table.head, ...table.rows].map((row) => row.map(lineText))
  const widths = head.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, terminalWidth(row[column] ?? '')), terminalWidth(title)),
  )
  const words = head.map((_, column) => column === 0 || (rows.length > 0 && !rows.every((row) => numeric.test(row[column] ?? ''))))
  const blocks: number[][] = []
  let block: number[] = []
  let used = 0
  for (const column of widths.keys()) {
    if (column === 0) continue
    const needed = 2 + (widths[column] ?? 0)
    if (block.length > 0 && 2 + (widths[0] ?? 0) + used + needed > width - 1) {
      blocks.push(block)
      block = []
      used = 0
    }
    block.push(column)
    used += needed
  }
  blocks.push(block)
  const cell = (row: readonly string[], column: number) => padLine(row[column] ?? '', widths[column] ?? 0, !words[column])
  return blocks
    .map((shown) => [head, ...rows].map((row) => `  ${[0, ...shown].map((column) => cell(row, column)).join('  ')}`.trimEnd()).join('\n'))
    .join('\n\n')
}
