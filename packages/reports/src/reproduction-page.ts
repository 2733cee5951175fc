import type { Reproduction } from '@whetstone/runs'
import { duration, showP } from '@whetstone/core'
import { html } from 'hono/html'
import type { TopLevelSpec } from 'vega-lite'
import { figure, table, text } from './page/pieces.ts'
import { standalonePage } from './page/standalone-page.ts'
import { renderSvg } from './render-chart.ts'

type Cell = string | number | null

/** A founding system's figures beside ours, on a page that needs nothing beside itself. */
export async function reproductionPage(reproduction: Reproduction): Promise<string> {
  const { system, about, model, taskset, seed, quick, command, seconds, original, ours, tables, charts, verdict } = reproduction
  const drawn = await studyCharts({ charts })
  return standalonePage(`${system}, reproduced`, [
    html`<p>${text(about)}</p>
      <p>
        Model ${text(model)}, task set ${text(taskset)}, seed ${seed}${quick ? ', quick' : ''}, ${duration(seconds)}:
        <code>${text(command)}</code>
      </p>
      <h2>What this shows</h2>
      ${verdict.map((sentence) => html`<p>${text(sentence)}</p>`)}
      <h2>The original's figures</h2>`,
    tableOf(
      'As published',
      ['what', 'figure', 'source'],
      original.map((each) => [each.what, each.figure, each.source]),
    ),
    html`<h2>Ours</h2>`,
    tableOf(
      `Measured on ${model}`,
      ['what', 'figure', '95% interval', 'n', 'p'],
      ours.map(({ what, value, interval, n, p }) => [what, value, interval?.join(' to ') ?? null, n ?? null, p == null ? null : showP(p)]),
    ),
    ...(drawn.length > 0
      ? [
          html`<h2>Charts</h2>
            <div class="charts">${drawn.map(({ title, svg }) => figure(title, svg))}</div>`,
        ]
      : []),
    ...tables.map(
      ({ title, note, columns, rows }) =>
        html`<h2>${text(title)}</h2>
          ${tableOf(note || title, columns, rows, title)}`,
    ),
  ])
}

/** Columns of figures stand to the right. */
function tableOf(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[], label = caption) {
  const isFigure = (cell: Cell | undefined) =>
    cell === null || typeof cell === 'number' || /^[-+]?\d[\d.e+-]*( \(.*\)| (to|against) [-+]?[\d.]+)?$/.test(cell ?? '')
  const numeric = head.flatMap((_, column) => (rows.every((row) => isFigure(row[column])) ? [column] : []))
  return table(
    caption,
    head,
    rows.map((row) => row.map((cell) => cell ?? '–')),
    numeric,
    label,
  )
}

/** The charts of an experiment, those that have a point. */
export const studyCharts = ({ charts }: Pick<Reproduction, 'charts'>): Promise<{ title: string; svg: string }[]> =>
  Promise.all(
    charts.filter(({ points }) => points.length > 0).map(async (chart) => ({ title: chart.title, svg: await renderSvg(lines(chart)) })),
  )

const lines = ({ x, y, points }: Reproduction['charts'][number]): TopLevelSpec => ({
  width: 340,
  height: 220,
  data: { values: points },
  encoding: {
    x: { field: 'x', type: 'quantitative', axis: { title: x, tickMinStep: 1 } },
    color: {
      field: 'series',
      type: 'nominal',
      sort: [...new Set(points.map(({ series }) => series))],
      legend: { title: null, orient: 'bottom', columns: 2, labelLimit: 0 },
    },
  },
  layer: [
    { mark: { type: 'line', point: true }, encoding: { y: { field: 'y', type: 'quantitative', axis: { title: y } } } },
    // 95% intervals, where the points have them
    ...(points.some(({ low, high }) => low !== undefined && high !== undefined)
      ? [
          {
            mark: { type: 'rule' as const, strokeWidth: 2, opacity: 0.5 },
            encoding: { y: { field: 'low', type: 'quantitative' as const }, y2: { field: 'high' } },
          },
        ]
      : []),
  ],
})
