import { text, type Html } from '@whetstone/reports/page/pieces.ts'
import { openStudy, studyNames, type RunReader } from '@whetstone/runs'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { html } from 'hono/html'
import { runPath } from './page.ts'

/** The address of the comparison of some policies. */
export const comparePath = (of: readonly string[]) => `/compare?${of.map((ref) => `of=${encodeURIComponent(ref)}`).join('&')}`

/** Where a run's likelihood over checkpoints lies: models:score leaves it with the run, loops:likelihood beside it. */
export const likelihoodFile = (run: RunReader): string | null => {
  const own = join(run.files.likelihood, 'likelihood.json')
  if (existsSync(own)) return own
  const study = `likelihood-${run.run}`
  return studyNames().includes(study) ? openStudy(study).likelihood : null
}

/** The pages of a run, the one that is shown marked. */
export function runTabs(run: RunReader, shown: 'overview' | 'memory' | 'likelihood'): Html {
  const here = runPath(run.run)
  const finished = run.finished().map(({ round }) => `${run.run}:${round.round}`)
  const tabs: [name: string, href: string, current: boolean][] = [
    ['Overview', here, shown === 'overview'],
    ['Memory', `${here}/memory`, shown === 'memory'],
    ...(likelihoodFile(run) ? [['Likelihood', `${here}/likelihood`, shown === 'likelihood'] as [string, string, boolean]] : []),
    ...(finished.length > 1 ? [['Compare its rounds', comparePath(finished), false] as [string, string, boolean]] : []),
  ]
  return html`<nav class="tabs" aria-label="Pages of ${text(run.run)}">
    ${tabs.map(([name, href, current]) => html`<a href="${href}" ${current ? 'aria-current=page' : ''}>${name}</a>`)}
  </nav>`
}
