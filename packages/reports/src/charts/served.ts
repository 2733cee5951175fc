import { levelText, plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'served',
  about: 'pass rate of what is served after each round, a line a level',
  settings: z.strictObject({}),
  make: (): Chart<'rounds'> => ({
    of: 'rounds',
    title: 'What is served after each round: validation tasks passed, by level, 95% intervals; dashed: average of three rounds',
    spec,
  }),
})

/** Rounds of the moving average, dashed where there are more. */
const window = 3
type Value = { round: number; level: string; rate: number }
function mean(values: readonly Value[], { round, level }: Value): number {
  const near = values.filter((value) => value.level === level && value.round <= round && value.round > round - window)
  return near.reduce((sum, { rate }) => sum + rate, 0) / near.length
}

function spec(rounds: Drawn['rounds']): TopLevelSpec | null {
  if (rounds.length === 0) return null
  const values = rounds.flatMap((round) =>
    round.evaluations
      .filter(({ model, memory }) => model === round.served.role && memory === round.served.memory)
      .map(({ taskset, level, passRate, ci: [low, high] }) => ({
        round: round.round,
        level: levelText({ taskset, level }, round),
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
  const averaged = rounds.length > window
  return {
    data: { values: averaged ? values.map((value) => ({ ...value, average: mean(values, value) })) : values },
    width: 620,
    height: 260,
    layer: [
      ...(averaged
        ? [
            {
              mark: { type: 'line' as const, strokeDash: [5, 4], opacity: 0.7 },
              encoding: { x, y: { field: 'average', type: 'quantitative' as const }, color },
            },
          ]
        : []),
      { mark: { type: 'rule', opacity: 0.5 }, encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color } },
      {
        mark: { type: 'line', point: true },
        encoding: { x, y: { field: 'rate', type: 'quantitative', axis: { title: 'passed, %' }, scale: { domain: [0, 100] } }, color },
      },
    ],
  }
}
