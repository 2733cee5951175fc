import { plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'phase1',
  about: 'accuracy of the arms of phase 1 with 95% intervals, and as the bank grows',
  settings: z.strictObject({}),
  make: (): Chart<'phase1'> => ({
    of: 'phase1',
    title: 'Test tasks passed by arm, and by memories in the bank',
    spec,
  }),
})

function spec(summary: Drawn['phase1']): TopLevelSpec {
  const { n, clusters, bankSizes: curve } = summary
  const bars = (['baseline', 'control', 'memory'] as const).map((name) => ({
    arm: name === 'control' ? 'random memory' : name,
    accuracy: summary[name].accuracy,
    ci: summary[name].ci,
  }))
  const percent = <T extends { accuracy: number; ci: readonly [number, number] }>({ accuracy, ci: [low, high], ...rest }: T) => ({
    ...rest,
    rate: 100 * accuracy,
    low: 100 * low,
    high: 100 * high,
  })
  const top = Math.min(100, 10 * Math.ceil(10 * Math.max(0.1, ...[...bars, ...curve].map(({ ci }) => ci[1]))))
  const rate = { axis: { title: 'passed, %' }, scale: { domain: [0, top] } }
  const arm = { field: 'arm', type: 'nominal' as const, sort: bars.map((bar) => bar.arm), axis: { title: null, labelAngle: 0 } }
  const size = {
    field: 'size',
    type: 'quantitative' as const,
    axis: { title: 'memories in the bank', tickMinStep: 1 },
    scale: { zero: true },
  }
  return {
    title: {
      text: `${n} test tasks${clusters < n ? ` in ${clusters} clusters` : ''}, 95% intervals`,
      anchor: 'start',
      fontWeight: 'normal',
      fontSize: 11,
    },
    hconcat: [
      {
        width: 210,
        height: 220,
        data: { values: bars.map(percent) },
        layer: [
          {
            mark: { type: 'bar', width: 44 },
            encoding: {
              x: arm,
              y: { field: 'rate', type: 'quantitative', ...rate },
              color: {
                field: 'arm',
                type: 'nominal',
                sort: bars.map((bar) => bar.arm),
                scale: { range: ['#8d9aab', '#c6cdd6', '#2f855a'] },
                legend: null,
              },
            },
          },
          {
            mark: { type: 'rule', color: '#333' },
            encoding: { x: arm, y: { field: 'low', type: 'quantitative', ...rate }, y2: { field: 'high' } },
          },
          {
            mark: { type: 'text', dx: 14, dy: -6, align: 'left', fontSize: 10 },
            encoding: {
              x: arm,
              y: { field: 'rate', type: 'quantitative', ...rate },
              text: { field: 'rate', type: 'quantitative', format: '.1f' },
            },
          },
        ],
      },
      {
        width: 240,
        height: 220,
        data: { values: curve.map(percent) },
        layer: [
          {
            mark: { type: 'line', color: '#2f855a', point: { color: '#2f855a' } },
            encoding: { x: size, y: { field: 'rate', type: 'quantitative', ...rate } },
          },
          {
            mark: { type: 'rule', color: '#333' },
            encoding: { x: size, y: { field: 'low', type: 'quantitative', ...rate }, y2: { field: 'high' } },
          },
        ],
      },
    ],
  }
}
