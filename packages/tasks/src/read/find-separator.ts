import { parse } from 'csv-parse/sync'

export const separators = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const
export type Separator = keyof typeof separators

/**
 * The separator of a table: the one that cuts its first rows into the same number of columns, at least two, and into most of them. A table of one column has none: comma then. `.tsv` files are cut by
 * tabs.
 */
export function findSeparator(text: string, file: string): Separator {
  if (/\.tsv$/i.test(file)) return 'tab'
  let best: { name: Separator; columns: number } | undefined
  for (const name of Object.keys(separators) as Separator[]) {
    const columns = columnsBy(text, separators[name])
    if (columns >= 2 && (!best || columns > best.columns)) best = { name, columns }
  }
  return best?.name ?? headerSeparator(text)
}

/** Columns of the first rows when cut by a separator, or 0 where rows differ. */
function columnsBy(text: string, delimiter: string): number {
  try {
    const rows = parse(text, { delimiter, to: 20, relax_column_count: true, skip_empty_lines: true, relax_quotes: false }) as string[][]
    const widths = new Set(rows.map((row) => row.length))
    return widths.size === 1 ? ([...widths][0] as number) : 0
  } catch {
    return 0
  }
}

/** Where rows are uneven (an error that the reader will name), the header's own most frequent separator. */
function headerSeparator(text: string): Separator {
  const header = text.slice(0, Math.max(0, text.search(/\r|\n|$/)))
  const counts = (Object.keys(separators) as Separator[]).map((name) => ({ name, count: header.split(separators[name]).length - 1 }))
  counts.sort((a, b) => b.count - a.count)
  return counts[0] && counts[0].count > 0 ? counts[0].name : 'comma'
}
