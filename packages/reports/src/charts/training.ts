import { plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'training',
  about: 'loss over steps, training and held-out',
  settings: z.strictObject({}),
  make: (): Chart<'training'> => ({
    of: 'training',
    title: 'Loss over steps',
    spec,
  }),
})

/** The line is a moving average of what was measured. */
function spec(points: Drawn['training']): TopLevelSpec | null {
  if (points.length < 2) return null
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
  const colors = { loss: '#9db9d9', 'loss, moving average': '#2f6fb3', 'held-out loss': '#c2640c' }
  const kinds = Object.keys(colors).filter((kind) => values.some((value) => value.kind === kind))
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
        scale: { domain: kinds, range: kinds.map((kind) => colors[kind as keyof typeof colors]) },
        legend: { title: null, orient: 'bottom', labelLimit: 0 },
      },
    },
  }
}
