import { plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'
import { axes, type Axis } from '../compare/axes.ts'

export default plugin({
  name: 'compared-arms',
  about: 'accuracy by level over rounds, tokens or seconds, with 95% intervals',
  settings: z.strictObject({
    axis: z
      .enum(Object.keys(axes) as [Axis, ...Axis[]])
      .default('round')
      .describe('what accuracy is drawn over'),
  }),
  make: ({ axis }): Chart<'arms'> => ({
    of: 'arms',
    title: 'Tasks passed, %, with 95% intervals',
    spec: (figures) => spec(figures, axis),
  }),
})

/** A line a level and run; arms of no round stand in a column of their own. */
function spec({ arms, compared: { levels } }: Drawn['arms'], axis: Axis): TopLevelSpec {
  const places = new Set(arms.map(({ reader, round, cost }) => `${reader?.run} ${round?.round} ${cost?.seconds}`))
  const runs = arms.every(({ round }) => round !== null) && places.size === arms.length
  const values = levels.flatMap(({ group, cells }) =>
    cells.flatMap((cell, index) => {
      const arm = arms[index]
      if (!cell || !arm) return []
      const x = !runs || !arm.round ? arm.name : axis === 'round' ? arm.round.round : arm.cost?.[axis]
      return x === undefined
        ? []
        : [{ group, x, series: arm.reader?.run ?? arm.name, rate: 100 * cell.rate, low: 100 * cell.low, high: 100 * cell.high }]
    }),
  )
  const x = runs
    ? {
        field: 'x',
        type: 'quantitative' as const,
        scale: { zero: false, nice: false, padding: 12 },
        axis: { title: axes[axis], ...(axis === 'round' && { tickMinStep: 1, format: 'd' }) },
      }
    : { field: 'x', type: 'nominal' as const, sort: arms.map(({ name }) => name), axis: { title: null, labelAngle: -20, labelLimit: 180 } }
  const color = {
    field: 'group',
    type: 'nominal' as const,
    sort: levels.map(({ group }) => group),
    legend: { title: null, labelLimit: 200 },
  }
  const several = new Set(values.map(({ series }) => series)).size > 1
  return {
    width: 560,
    height: 260,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', opacity: 0.5 },
        encoding: {
          x,
          color,
          y: { field: 'low', type: 'quantitative', title: 'passed, %', scale: { domain: [0, 100] } },
          y2: { field: 'high' },
        },
      },
      {
        mark: runs ? { type: 'line', point: true } : { type: 'point', filled: true },
        encoding: {
          x,
          color,
          y: { field: 'rate', type: 'quantitative' },
          ...(several &&
            runs && { strokeDash: { field: 'series', type: 'nominal', legend: { title: 'run' } }, detail: { field: 'series' } }),
        },
      },
    ],
  }
}
