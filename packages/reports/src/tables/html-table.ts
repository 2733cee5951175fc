import { escapeHtml } from '../escape-html.ts'

type Cells = readonly (string | number | null)[]

/** A table on a page; it scrolls where the page is narrower. Ours rather than arquero's toHTML, which leaves titles unescaped. */
export function htmlTable({ head, rows }: { head: readonly string[]; rows: readonly Cells[] }): string {
  const row = (cells: Cells, tag: 'td' | 'th') =>
    // oxlint-disable-next-line escapes/output -- the tag is one of two
    `<tr>${cells.map((cell) => `<${tag}>${cell === null ? '–' : escapeHtml(String(cell))}</${tag}>`).join('')}</tr>`
  // oxlint-disable-next-line escapes/output -- rows that were made above
  return `<div class="scroll"><table>${row(head, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table></div>`
}
