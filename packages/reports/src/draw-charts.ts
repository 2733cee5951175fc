import type { Round } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import type { TrainingPoint } from './training-points.ts'
import { armsByLevel } from './charts/arms-by-level.ts'
import { trainingCurve } from './charts/training-curve.ts'
import { renderSvg } from './render-chart.ts'

/** What the viewer draws, as SVG text. Drawings of rounds that do not change are kept. */
export const viewerCharts = {
  levelsOverRounds: (rounds: readonly Round[]) => drawn(levelsOverRounds(rounds)),
  trainingCurve: (points: readonly TrainingPoint[]) => drawn(trainingCurve(points)),
  armsByLevel: (round: Round) => drawn(armsByLevel(round.evaluations)),
}

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

/** Pass rate of what is served after each round, a line a level, with 95% intervals. */
function levelsOverRounds(rounds: readonly Round[]): TopLevelSpec {
  const values = rounds.flatMap((round) =>
    round.evaluations
      .filter(({ model, memory }) => model === round.served.role && memory === round.served.memory)
      .map(({ taskset, level, passRate, ci: [low, high] }) => ({
        round: round.round,
        level: `${taskset} ${level}`,
        rate: 100 * passRate,
        low: 100 * low,
        high: 100 * high,
      })),
  )
  const x = {
    field: 'round',
    type: 'quantitative' as const,
    axis: { tickMinStep: 1, format: 'd', title: 'round' },
    scale: { nice: false, zero: false, padding: 12 },
  }
  const color = { field: 'level', type: 'nominal' as const, legend: { title: null, orient: 'right' as const } }
  return {
    data: { values },
    width: 620,
    height: 260,
    layer: [
      { mark: { type: 'rule', opacity: 0.5 }, encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color } },
      {
        mark: { type: 'line', point: true },
        encoding: { x, y: { field: 'rate', type: 'quantitative', axis: { title: 'passed, %' }, scale: { domain: [0, 100] } }, color },
      },
    ],
  }
}
