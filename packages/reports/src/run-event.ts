import type { Round } from '@whetstone/core'
import { openRun } from '@whetstone/runs'
import { flatSettings } from './flat-settings.ts'
import { trainingPoints, type TrainingPoint } from './training-points.ts'

/** What a hook hears of: a finished round, with the training's course and the settings that it was done with. */
export type RunEvent = { run: string; round: Round; settings: ReadonlyMap<string, string>; training: readonly TrainingPoint[]; time: Date }
/** Tells another program of a run's events. Whatever it throws is said once and never stops a run. */
export type Hook = { name: string; about: string; hear(event: RunEvent): Promise<void> }

/** The event of a finished round, from the run's own files. */
export async function roundEvent(round: Round): Promise<RunEvent> {
  const run = openRun(round.run)
  const recipe = run.record()?.recipes.findLast((each) => each.round <= round.round)?.recipe
  return { run: round.run, round, settings: flatSettings(recipe), training: await trainingPoints(run.round(round.round)), time: new Date() }
}

/** A round's figures by name: `validation/candidate-on/addition-5`, `decision/difference`, ... Rates are fractions. */
export function metricsOf({ evaluations, decision, harvest, bank, cost, monitor, training, truncated }: Round): Map<string, number> {
  const metrics = new Map<string, number>()
  for (const { model, memory, taskset, level, passRate } of evaluations)
    metrics.set(`validation/${model}-${memory ? 'on' : 'off'}/${taskset}-${level}`, passRate)
  const put = (name: string, value: number | null | undefined) => {
    if (typeof value === 'number' && Number.isFinite(value)) metrics.set(name, value)
  }
  put('decision/promoted', Number(decision.promoted))
  put('decision/difference', decision.difference)
  put('decision/p', decision.pValue)
  put('decision/detectable', decision.minimumDetectableEffect)
  put('harvest/attempted', harvest.attempted)
  put('harvest/passed', harvest.passed)
  put('harvest/kept', harvest.kept)
  put('bank/size', bank.size)
  put('training/final_loss', training?.finalLoss)
  put('training/steps', training?.steps)
  put('watch/pass_at_1', monitor?.probe?.pass1)
  put('watch/entropy', monitor?.probe?.entropy)
  put('watch/distinct', monitor?.probe?.distinct)
  put('cost/seconds', cost.seconds)
  put('cost/tokens', cost.tokens.prompt + cost.tokens.completion)
  put('truncated', truncated)
  return metrics
}
