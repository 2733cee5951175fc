import { loadPlugin, pluginNames } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import type { Chart, Drawn } from './chart.ts'
import { renderSvg } from './render-chart.ts'

/** A drawn chart: its file's name, what it shows, the drawing as SVG text and what it was made from. */
export type Drawing = { name: string; title: string; svg: string; spec: TopLevelSpec }

/** Draws every chart of a kind that has something to show, in the order of their names; `settings` by the chart's name, its defaults where it has none here. */
export async function drawCharts<Of extends keyof Drawn>(
  of: Of,
  figures: Drawn[Of],
  settings: Readonly<Record<string, object>> = {},
): Promise<Drawing[]> {
  const drawings: Drawing[] = []
  for (const name of pluginNames('charts')) {
    const made = (await loadPlugin('charts', name)) as unknown as (settings: object) => Chart
    const chart = made(settings[name] ?? {})
    const spec = chart.of === of ? (chart as unknown as Chart<Of>).spec(figures) : null
    if (spec) drawings.push({ name, title: chart.title, svg: await drawn(spec), spec })
  }
  return drawings
}

/** Drawings of what does not change are kept. */
const kept = new Map<string, Promise<string>>()
function drawn(spec: TopLevelSpec): Promise<string> {
  const key = JSON.stringify(spec)
  let svg = kept.get(key)
  if (!svg) {
    if (kept.size > 200) kept.clear()
    kept.set(key, (svg = renderSvg(spec)))
  }
  return svg
}
