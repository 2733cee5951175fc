import type { Round } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { armsByLevel } from './charts/arms-by-level.ts'
import { renderSvg } from './render-chart.ts'

/** One point of a training's course, as the trainer measured it. */
export type TrainingPoint = {
  step: number
  loss?: number | undefined
  heldOut?: number | undefined
  gradientNorm?: number | undefined
  learningRate?: number | undefined
  tokensPerSecond?: number | undefined
}

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
  const x = { field: 'round', type: 'quantitative' as const, axis: { tickMinStep: 1, format: 'd', title: 'round' }, scale: { nice: false } }
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

/** Loss over steps, training and held-out; the line is a moving average of what was measured. */
function trainingCurve(points: readonly TrainingPoint[]): TopLevelSpec {
  const width = Math.max(1, Math.round(points.length / 20))
  const values = points.flatMap(({ step, loss, heldOut }, index) => {
    const window = points
      .slice(Math.max(0, index - width + 1), index + 1)
      .flatMap((point) => (point.loss === undefined ? [] : [point.loss]))
    const mean = window.reduce((sum, value) => sum + value, 0) / Math.max(1, window.length)
    return [
      ...(loss === undefined
        ? []
        : [
            { step, kind: 'loss', value: loss },
            { step, kind: 'loss, moving average', value: mean },
          ]),
      ...(heldOut === undefined ? [] : [{ step, kind: 'held-out loss', value: heldOut }]),
    ]
  })
  const kinds = ['loss', 'loss, moving average', 'held-out loss']
  return {
    data: { values },
    width: 620,
    height: 220,
    mark: { type: 'line', clip: true },
    encoding: {
      x: { field: 'step', type: 'quantitative', axis: { title: 'step' } },
      y: { field: 'value', type: 'quantitative', axis: { title: 'loss' } },
      color: {
        field: 'kind',
        type: 'nominal',
        scale: { domain: kinds, range: ['#c6cdd6', '#2f6fb3', '#c2410c'] },
        legend: { title: null, orient: 'bottom' },
      },
    },
  }
}
