import { plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'likelihood',
  about: 'log-likelihood per token and perplexity by type, over checkpoints',
  settings: z.strictObject({}),
  make: (): Chart<'likelihood'> => ({
    of: 'likelihood',
    title: 'Likelihood over checkpoints',
    spec,
  }),
})

function spec({ steps, results_by_type }: Drawn['likelihood']): TopLevelSpec {
  const values = Object.entries(results_by_type).flatMap(([type, curves]) =>
    steps.flatMap((step, index) => {
      const perplexity = curves.avg_perplexity[index]
      return perplexity == null ? [] : [{ type, step, perplexity, likelihood: curves.avg_token_log_likelihood[index] }]
    }),
  )
  const panel = (field: 'likelihood' | 'perplexity', title: string, scale: object) => ({
    width: 520,
    height: 200,
    mark: { type: 'line' as const, point: true },
    encoding: {
      x: { field: 'step', type: 'quantitative' as const, title: 'checkpoint', axis: { tickMinStep: 1, format: 'd' } },
      y: { field, type: 'quantitative' as const, title, scale },
      color: { field: 'type', type: 'nominal' as const, title: null },
    },
  })
  return {
    data: { values },
    vconcat: [panel('likelihood', 'log-likelihood per token', { zero: false }), panel('perplexity', 'perplexity', { type: 'log' })],
  }
}
