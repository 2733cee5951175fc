import { plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'differences',
  about: 'differences in points with their 95% intervals, by group of tasks',
  settings: z.strictObject({}),
  make: (): Chart<'differences'> => ({
    of: 'differences',
    title: 'Differences, points, 95% intervals',
    spec,
  }),
})

/** A row for each group of tasks, a colour for each treatment; the line is no difference. */
function spec(comparisons: Drawn['differences']): TopLevelSpec | null {
  if (comparisons.length === 0) return null
  const values = comparisons.flatMap(({ treatment, groups, all }) =>
    (groups.length > 1 ? [...groups, all] : groups).map(({ group, difference, low, high }) => ({
      treatment,
      group,
      difference: 100 * difference,
      low: 100 * low,
      high: 100 * high,
    })),
  )
  const sort = [...new Set(values.map(({ group }) => group))]
  const y = { field: 'group', type: 'nominal', sort, title: null, axis: { labelLimit: 320 } } as const
  const yOffset = { field: 'treatment', type: 'nominal' } as const
  const color = { field: 'treatment', type: 'nominal', title: null, legend: { orient: 'top', labelLimit: 600, columns: 1 } } as const
  return {
    width: 560,
    height: { step: Math.max(14, 36 / comparisons.length) },
    data: { values },
    layer: [
      { mark: { type: 'rule', color: '#8795a5' }, encoding: { x: { datum: 0 } } },
      {
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: {
          y,
          yOffset,
          color,
          x: { field: 'low', type: 'quantitative', title: 'difference, points (95% interval)' },
          x2: { field: 'high' },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 60 },
        encoding: { y, yOffset, color, x: { field: 'difference', type: 'quantitative' } },
      },
    ],
  }
}
