import { renderSvg } from '../render-chart.ts'
import type { Comparison } from './compare-sets.ts'

/**
 * Differences in points with their 95% intervals, a row for each group of tasks, a colour for each treatment; the line is no difference. As
 * SVG text.
 */
export function chartDifferences(comparisons: readonly Comparison[]): Promise<string> {
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
  return renderSvg({
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
  })
}
