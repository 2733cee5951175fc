import { readFileSync } from 'node:fs'
import { parseRow } from '@whetstone/core'
import { LikelihoodByType } from '@whetstone/evaluation'
import { drawCharts } from '@whetstone/reports/draw-charts.ts'
import { figure, fold, table, text, type Piece } from '@whetstone/reports/page/pieces.ts'
import type { RunReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { page, runPath } from '../page.ts'
import { likelihoodFile, runTabs } from '../run-tabs.ts'

/** How likely a run's checkpoints find typed samples: what training makes more and less likely. */
export async function likelihoodPage(run: RunReader): Promise<string> {
  const file = likelihoodFile(run)
  return page({
    title: `Likelihood under ${run.run}`,
    trail: [
      ['Runs', '/'],
      [run.run, runPath(run.run)],
      ['Likelihood', `${runPath(run.run)}/likelihood`],
    ],
    live: run.run,
    body: [
      runTabs(run, 'likelihood'),
      ...(file === null
        ? [
            html`<p>
              No samples were followed over this run's checkpoints:
              <code>npx nx run loops:likelihood --run=${text(run.run)} --only=scores</code> scores its own traces under each of them.
            </p>`,
          ]
        : await likelihoodPieces(file)),
    ],
  })
}

const kinds: readonly [key: keyof LikelihoodByType['results_by_type'][string], title: string][] = [
  ['avg_token_log_likelihood', 'Log-likelihood a token'],
  ['avg_perplexity', 'Perplexity'],
  ['avg_entropy', 'Entropy of the next token, nats'],
  ['greedy_match', 'Share whose every token is the likeliest'],
]

/** The curves and their figures, or a word of why the file cannot be read. */
export async function likelihoodPieces(file: string): Promise<Piece[]> {
  let curves: LikelihoodByType
  try {
    curves = parseRow(readFileSync(file, 'utf8'), LikelihoodByType, file)
  } catch (error) {
    return [html`<p class="verdict bad">${text((error as Error).message)}</p>`]
  }
  const types = Object.entries(curves.results_by_type)
  const digits = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : Number(value.toPrecision(4)).toString()
  const tables = kinds.map(([key, title]) =>
    table(
      title,
      ['type', 'samples', ...curves.checkpoints],
      types.map(([type, of]) => [type, String(Math.max(0, ...of.count)), ...of[key].map(digits)]),
      [1, ...curves.checkpoints.map((_, index) => index + 2)],
    ),
  )
  return [
    html`<p>${types.length} types of samples under ${curves.checkpoints.length} checkpoints, averages over the samples of a type.</p>`,
    ...(await drawCharts('likelihood', curves)).map(({ title, svg }) => figure(title, svg)),
    tables[0],
    ...tables.slice(1).map((each, index) => fold(kinds[index + 1]?.[1] ?? '', each)),
  ]
}
