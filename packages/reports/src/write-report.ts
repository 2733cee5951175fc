import { join } from 'node:path'
import type { Round } from '@whetstone/core'
import { writeAtomic } from '@whetstone/core'
import { armsByLevel } from './charts/arms-by-level.ts'
import { trainingCurve } from './charts/training-curve.ts'
import { renderPng, renderSvg } from './render-chart.ts'
import { describeRound } from './report/describe-round.ts'
import { reportMarkdown, reportPage, type Report } from './report/render-report.ts'
import type { ReportSection } from './report/section.ts'
import type { TrainingPoint } from './training-points.ts'

/** Writes report.md, report.html and the charts (arms.svg, arms.png, training.png) of a round beside its round.json. */
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
  const spec = armsByLevel(round.evaluations)
  const svg = await renderSvg(spec)
  const chart: ReportSection = {
    title: 'Pass rates',
    figure: { title: 'Validation tasks passed by arm and level, 95% intervals', svg, picture: 'arms.png' },
  }
  const report: Report = {
    title: `${round.run}, round ${round.round}: ${round.decision.promoted ? 'promoted' : 'kept'}`,
    promoted: round.decision.promoted,
    reason: round.decision.reason,
    sections: [...first, chart, ...describeRound(round, seconds), ...last],
  }
  writeAtomic(join(folder, 'arms.svg'), svg)
  writeAtomic(join(folder, 'arms.png'), await renderPng(spec))
  if (curve.length > 1) writeAtomic(join(folder, 'training.png'), await renderPng(trainingCurve(curve)))
  writeAtomic(join(folder, 'report.md'), reportMarkdown(report))
  writeAtomic(join(folder, 'report.html'), await reportPage(report))
}
