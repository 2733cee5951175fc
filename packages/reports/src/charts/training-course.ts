import { plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'training-course',
  about: 'gradient norm, learning rate and tokens a second over steps',
  settings: z.strictObject({}),
  make: (): Chart<'training'> => ({
    of: 'training',
    title: 'Gradient norm, learning rate and tokens a second over steps',
    spec,
  }),
})

const panels = [
  ['gradientNorm', 'gradient norm', '~f'],
  ['learningRate', 'learning rate', '.1~e'],
  ['tokensPerSecond', 'tokens/s', '~s'],
] as const

/** A small panel for each of what the trainer told. */
function spec(points: Drawn['training']): TopLevelSpec | null {
  const told = panels.filter(([field]) => points.filter((point) => point[field] !== undefined).length > 1)
  if (told.length === 0) return null
  return {
    data: {
      values: points.map(({ step, gradientNorm, learningRate, tokensPerSecond }) => ({
        step,
        gradientNorm,
        learningRate,
        tokensPerSecond,
      })),
    },
    hconcat: told.map(([field, title, format]) => ({
      width: 190,
      height: 120,
      mark: { type: 'line' as const, clip: true, strokeWidth: 1.2 },
      encoding: {
        x: { field: 'step', type: 'quantitative' as const, axis: { title: 'step', tickCount: 4 } },
        y: { field, type: 'quantitative' as const, axis: { title, tickCount: 4, format } },
        color: { value: '#2f6fb3' },
      },
    })),
  }
}
