import { duration } from '@whetstone/core'
import { text, type Html } from '@whetstone/reports/page/pieces.ts'
import type { TrainingPoint } from '@whetstone/reports/training-points.ts'
import { stepNames, type RoundReader, type RunReader, type StepName } from '@whetstone/runs'
import { html } from 'hono/html'

const says: Record<StepName | 'report', string> = {
  plan: 'probe and plan',
  traces: 'attempt the train tasks',
  memories: 'remember',
  dataset: 'harvest the rows',
  candidate: 'train a candidate',
  arms: 'measure it on validation tasks',
  decision: 'decide',
  monitor: 'watch for collapse',
  report: 'report',
}

/** The steps of a round that is under way: what is done, what is being done and how far, what comes. */
export async function roundProgress(run: RunReader, reader: RoundReader, curve: readonly TrainingPoint[]): Promise<Html> {
  const seconds = reader.seconds()
  const next = stepNames.find((step) => seconds[step] === undefined) ?? 'report'
  const working = run.lock() !== null
  const far = await farOf(reader, next, curve)
  return html`<ol class="steps">
    ${[...stepNames, 'report' as const].map((step) => {
      const done = step !== 'report' && seconds[step] !== undefined
      const now = step === next
      return html`<li class="${done ? 'done' : now ? 'now' : ''}" ${now ? 'aria-current=step' : ''}>
        <strong>${step}</strong> <span>${says[step]}</span>
        <em>${done ? `done in ${duration(seconds[step] ?? 0)}` : now ? (working ? 'under way' : 'stopped before its end') : ''}</em>
        ${
          now && far
            ? html`<progress max="${far.of}" value="${Math.min(far.is, far.of)}" aria-label="${says[step]}"></progress>
                <small>${text(far.says)}</small>`
            : ''
        }
      </li>`
    })}
  </ol>`
}

/** How far a step is, by what it has written so far; null where nobody can tell. */
async function farOf(
  reader: RoundReader,
  step: StepName | 'report',
  curve: readonly TrainingPoint[],
): Promise<{ is: number; of: number; says: string } | null> {
  const plan = reader.step('plan')
  const counted = (is: number, of: number) => ({ is, of, says: `${is.toLocaleString('en')} of about ${of.toLocaleString('en')} attempts` })
  if (step === 'traces' && plan) return counted((await reader.traces.index()).length, plan.train)
  if (step === 'arms' && plan) {
    const lengths = await Promise.all(reader.arms().map(async ({ traces }) => (await traces.index()).length))
    return counted(
      lengths.reduce((sum, length) => sum + length, 0),
      plan.validation * plan.arms,
    )
  }
  const last = curve.at(-1)
  if (step === 'candidate' && last?.steps)
    return {
      is: last.step,
      of: last.steps,
      says: `step ${last.step} of ${last.steps}, loss ${last.loss?.toFixed(4) ?? 'not told'}${last.tokensPerSecond === undefined ? '' : `, ${Math.round(last.tokensPerSecond).toLocaleString('en')} tokens/s`}`,
    }
  return null
}
