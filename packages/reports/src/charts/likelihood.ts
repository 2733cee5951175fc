import type { LikelihoodByType } from '@whetstone/evaluation'
import { renderPng, renderSvg } from '../render-chart.ts'

/** Log-likelihood per token and perplexity by type over checkpoints, as SVG text and PNG bytes. */
export async function chartLikelihood({ steps, results_by_type }: LikelihoodByType): Promise<{ svg: string; png: Uint8Array }> {
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
  const spec = {
    data: { values },
    vconcat: [panel('likelihood', 'log-likelihood per token', { zero: false }), panel('perplexity', 'perplexity', { type: 'log' })],
  }
  return { svg: await renderSvg(spec), png: await renderPng(spec) }
}
