import { join } from 'node:path'
import type { Round } from '@whetstone/core'
import { writeAtomic } from '@whetstone/core'
import { drawCharts } from './draw-charts.ts'
import { renderPng } from './render-chart.ts'
import { describeRound } from './report/describe-round.ts'
import { reportMarkdown, reportPage, type Report } from './report/render-report.ts'
import type { ReportSection } from './report/section.ts'
import type { TrainingPoint } from './training-points.ts'

/** Writes report.md, report.html and the charts of a round (each as NAME.svg and NAME.png) beside its round.json. */
export async function writeReport(
  folder: string,
  round: Round,
  {
    seconds,
    first = [],
    last = [],
    curve = [],
  }: {
    seconds: Partial<Record<string, number>>
    /** What comes before the figures, and after them. */
    first?: readonly ReportSection[]
    last?: readonly ReportSection[]
    curve?: readonly TrainingPoint[]
  },
): Promise<void> {
  const charts = await drawCharts('round', round)
  const figures = charts.map(({ name, title, svg }): ReportSection => ({
    title: charts.length > 1 ? title : 'Pass rates',
    figure: { title, svg, picture: `${name}.png` },
  }))
  const report: Report = {
    title: `${round.run}, round ${round.round}: ${round.decision.promoted ? 'promoted' : 'kept'}`,
    promoted: round.decision.promoted,
    reason: round.decision.reason,
    sections: [...first, ...figures, ...describeRound(round, seconds), ...last],
  }
  for (const { name, svg, spec } of [...charts, ...(await drawCharts('training', curve))]) {
    writeAtomic(join(folder, `${name}.svg`), svg)
    writeAtomic(join(folder, `${name}.png`), await renderPng(spec))
  }
  writeAtomic(join(folder, 'report.md'), reportMarkdown(report))
  writeAtomic(join(folder, 'report.html'), await reportPage(report))
}
