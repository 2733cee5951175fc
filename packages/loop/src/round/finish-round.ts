import type { Round } from '@whetstone/core'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeJson } from '@whetstone/core'
import { bestAfter } from './best-levels.ts'
import { publish } from './publish.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'
import type { Finished } from './run-round.ts'
import type { Incumbent } from '@whetstone/runs'
import { readSpending, recordLook, runFiles, stepNames, stepSeconds, writeIncumbent } from '@whetstone/runs'

/**
 * Makes the decision true: the served weights and bank, round.json, the report. The incumbent's record is written last: until then the round is open, and doing all this again changes nothing.
 */
export async function finishRound(context: RoundContext, finished: Finished): Promise<Round> {
  const { incumbent, files, bank, run } = context
  const { decision } = finished.round
  if (bank && finished.bank !== null && (!finished.round.bank.kept || finished.arms.reduced)) await bank.rollback(finished.bank)
  if (decision.promoted && finished.candidate) await publish(context, finished.candidate)
  const seconds = stepSeconds(files)
  const round: Round = {
    ...finished.round,
    spent: readSpending(runFiles(run).spending) ?? undefined,
    cost: { seconds: stepNames.reduce((sum, name) => sum + (seconds[name] ?? 0), 0), tokens: finished.tokens },
  }
  writeJson(files.round, round)
  await context.report(round)
  await bank?.compact()
  recordLook(run, {
    round: context.round,
    alpha: decision.alpha,
    pValue: decision.pValue,
    promoted: decision.promoted,
    withdrawn: false,
    bank: decision.bank ? { alpha: decision.bank.alpha, kept: decision.bank.kept } : null,
  })
  const left: Incumbent = {
    round: context.round,
    model: decision.promoted && finished.candidate ? finished.candidate : incumbent.model,
    bank: finished.bank,
    best: bestAfter(finished.arms.best, {
      decision,
      // with the bank that it was measured with, which may be larger than a promoted candidate's
      incumbent: { model: incumbent.model, bank: finished.arms.served },
      round: context.round - 1,
    }),
    frontier: finished.train.frontier && { taskset: finished.train.frontier.taskset, level: finished.train.frontier.level },
    looks: finished.round.looks,
  }
  // the weights between a round's trainings served to make its candidate
  for (const between of ['micro', 'stages']) rmSync(join(files.checkpoint, between), { recursive: true, force: true })
  writeJson(files.served, left)
  writeIncumbent(run, left)
  return round
}
