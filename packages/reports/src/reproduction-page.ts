import type { Reproduction } from '@whetstone/runs'
import { duration } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { escapeHtml } from './escape-html.ts'
import { htmlTable } from './tables/html-table.ts'
import { renderSvg } from './render-chart.ts'

const style = `body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;max-width:78rem;margin:2rem auto;padding:0 1rem}h1{margin-bottom:.2rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5rem 0}th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #e1e7ee;white-space:nowrap}
th:first-child,td:first-child{text-align:left}.note{color:#5a6b7d}svg{max-width:100%;height:auto}.scroll{overflow-x:auto}.charts{display:flex;flex-wrap:wrap;gap:1.5rem}code{background:#f3f6f9;padding:.1rem .3rem}`

/** A founding system's figures beside ours, on a page that needs nothing beside itself. All text is escaped. */
export async function reproductionPage(reproduction: Reproduction): Promise<string> {
  const { system, about, model, taskset, seed, quick, command, seconds, original, ours, tables, charts, verdict } = reproduction
  const drawn = (await studyCharts({ charts })).map(({ svg }) => svg)
  const parts = [
    `<h1>${escapeHtml(system)}</h1><p class="note">${escapeHtml(about)}</p>`,
    `<p>Model ${escapeHtml(model)}, task set ${escapeHtml(taskset)}, seed ${escapeHtml(String(seed))}${quick ? ', quick' : ''}, ${escapeHtml(duration(seconds))}: <code>${escapeHtml(command)}</code></p>`,
    `<h2>What this shows</h2>${verdict.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('')}`,
    `<h2>The original's figures</h2>${htmlTable({ head: ['what', 'figure', 'source'], rows: original.map((each) => [each.what, each.figure, each.source]) })}`,
    `<h2>Ours</h2>${htmlTable({
      head: ['what', 'figure', '95% interval', 'n', 'p'],
      rows: ours.map(({ what, value, interval, n, p }) => [
        what,
        value,
        interval ? interval.join(' to ') : null,
        n ?? null,
        p === undefined ? null : p.toPrecision(2),
      ]),
    })}`,
    // oxlint-disable-next-line escapes/output -- drawings of our own
    ...(drawn.length > 0 ? [`<h2>Charts</h2><div class="charts">${drawn.join('')}</div>`] : []),
    ...tables.map(
      ({ title, note, columns, rows }) =>
        `<h2>${escapeHtml(title)}</h2>${note ? `<p class="note">${escapeHtml(note)}</p>` : ''}${htmlTable({ head: columns, rows })}`,
    ),
  ]
  // oxlint-disable-next-line escapes/output -- parts that were made above
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(system)}, reproduced</title><style>${style}</style>${parts.join('\n')}</html>\n`
}

/** The charts of an experiment, those that have a point. */
export const studyCharts = ({ charts }: Pick<Reproduction, 'charts'>): Promise<{ title: string; svg: string }[]> =>
  Promise.all(
    charts.filter(({ points }) => points.length > 0).map(async (chart) => ({ title: chart.title, svg: await renderSvg(lines(chart)) })),
  )

const lines = ({ title, x, y, points }: Reproduction['charts'][number]): TopLevelSpec => ({
  title: { text: title, anchor: 'start', fontSize: 12 },
  width: 340,
  height: 220,
  data: { values: points },
  mark: { type: 'line', point: true },
  encoding: {
    x: { field: 'x', type: 'quantitative', axis: { title: x, tickMinStep: 1 } },
    y: { field: 'y', type: 'quantitative', axis: { title: y } },
    color: {
      field: 'series',
      type: 'nominal',
      sort: [...new Set(points.map(({ series }) => series))],
      legend: { title: null, orient: 'bottom', columns: 2, labelLimit: 0 },
    },
  },
})
