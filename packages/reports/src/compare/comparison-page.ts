import { drawCharts, type Drawing } from '../draw-charts.ts'
import { escapeHtml } from '../escape-html.ts'
import { htmlTable } from '../tables/html-table.ts'
import { textTable } from '../tables/text-table.ts'
import type { RoundsCompared } from './compare-rounds.ts'
import type { Comparison } from './compare-sets.ts'
import { comparisonTable, roundsTable, servedTable } from './comparison-table.ts'
import { conclude } from './show-comparison.ts'
import { rate } from '@whetstone/core'

const style = `body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;max-width:72rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.8rem 0}
th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #e1e7ee}th:first-child,td:first-child{text-align:left}.note{color:#5a6b7d}svg{max-width:100%;height:auto}.scroll{overflow-x:auto}`

// oxlint-disable-next-line escapes/output -- a drawing of our own
const figure = ({ title, svg }: Drawing) => `<figure role="img" aria-label="${escapeHtml(title)}">${svg}</figure>`

/** A page that needs nothing beside itself. Names and notes come from files: all of it is escaped. */
export async function comparisonPage(title: string, comparisons: readonly Comparison[], rounds?: RoundsCompared): Promise<string> {
  const parts: string[] = []
  if (rounds) {
    parts.push(...(await drawCharts('compared rounds', rounds)).map(figure), htmlTable(textTable(roundsTable(rounds))))
    parts.push(htmlTable(textTable(servedTable(rounds), (value) => rate(value as number))))
  }
  parts.push(...(await drawCharts('differences', comparisons)).map(figure))
  for (const comparison of comparisons) {
    parts.push(
      `<h2>${escapeHtml(comparison.treatment)} <small>against ${escapeHtml(comparison.control)}</small></h2>`,
      `<p>${escapeHtml(conclude(comparison, comparisons.length))}</p>`,
      htmlTable(textTable(comparisonTable(comparison))),
      ...comparison.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`),
    )
  }
  // oxlint-disable-next-line escapes/output -- parts that were made above
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style><h1>${escapeHtml(title)}</h1>${parts.join('\n')}</html>\n`
}
