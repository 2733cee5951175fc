import { levelName, plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'arms',
  about: 'pass rate of every arm of a round with its 95% interval, by level',
  settings: z.strictObject({}),
  make: (): Chart<'round'> => ({
    of: 'round',
    title: 'Validation tasks passed by arm and level, 95% intervals',
    spec,
  }),
})

/** A panel for each taskset, a group for each level. */
function spec({ evaluations, levelNames }: Drawn['round']): TopLevelSpec | null {
  if (evaluations.length === 0) return null
  const values = evaluations.map(({ model, memory, taskset, level, passRate, ci: [low, high], n }) => ({
    arm: `${model}, memory ${memory ? 'on' : 'off'}`,
    taskset,
    level: levelName({ taskset, level }, { levelNames }) ?? level,
    rate: 100 * passRate,
    low: 100 * low,
    high: 100 * high,
    n,
  }))
  const longest = Math.max(...values.map(({ level }) => String(level).length))
  const arms = [...new Set(values.map(({ arm }) => arm))]
  const rate = { axis: { title: 'passed, %' }, scale: { domain: [0, 100] } }
  const x = { field: 'level', type: 'ordinal' as const, sort: null, axis: { labelAngle: longest > 8 ? -30 : 0, title: 'level' } }
  const xOffset = { field: 'arm', type: 'nominal' as const, sort: arms }
  return {
    data: { values },
    facet: { column: { field: 'taskset', type: 'nominal', header: { title: null, labelFontWeight: 'bold' } } },
    resolve: { scale: { x: 'independent' } },
    spec: {
      height: 220,
      width: { step: Math.min(64, Math.max(16, 480 / values.length)) },
      layer: [
        {
          mark: { type: 'bar' },
          encoding: {
            x,
            xOffset,
            y: { field: 'rate', type: 'quantitative', ...rate },
            color: {
              field: 'arm',
              type: 'nominal',
              sort: arms,
              scale: { range: ['#c6cdd6', '#8d9aab', '#8cc7a4', '#2f855a'] },
              legend: { title: null, orient: 'bottom', columns: 2, labelLimit: 0 },
            },
          },
        },
        {
          mark: { type: 'rule', color: '#333' },
          encoding: { x, xOffset, y: { field: 'low', type: 'quantitative', ...rate }, y2: { field: 'high' } },
        },
      ],
    },
  }
}
