import type { BenchResult, Skipped } from './bench-result.ts'

const short = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))

/** The table: one line a comparison, a mark where the ratio misses its target, what was skipped and why below. */
export function showBench(results: readonly (BenchResult | Skipped)[]): string {
  const done = results.filter((result): result is BenchResult => 'ratio' in result)
  const rows = done.map(({ name, model, ours, peer, unit, ratio, target }) => [
    name,
    model,
    short(ours),
    short(peer),
    unit,
    `${ratio.toFixed(2)}x`,
    target === undefined ? '' : `>= ${target}x ${ratio >= target ? 'met' : 'MISSED'}`,
  ])
  const head = ['comparison', 'model', 'ours', 'peer', 'unit', 'ratio', 'target']
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)))
  const numeric = new Set([2, 3, 5])
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (numeric.has(i) ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join('  ')
      .trimEnd()
  const skipped = results.flatMap((result) => ('skipped' in result ? [`skipped: ${result.name} (${result.skipped})`] : []))
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line), ...skipped].join('\n')
}
