import type { Round } from '@whetstone/core'
import { duration, points, rate, showP } from '@whetstone/core'
import { warnCuts } from './warn-cuts.ts'
import { armsTable } from './arms-table.ts'
import { parityText } from './parity-text.ts'
import { textTable } from './tables/text-table.ts'

/** A round on one screen: the arms, the decision with its reason, where the report is. */
export function showRound(round: Round, report: string): string {
  const { head, rows } = textTable(armsTable(round.evaluations))
  const arms = head.slice(2)
  const frontier = round.frontier && `${round.frontier.taskset} ${round.frontier.level}`
  const cell = (text: string) => text.padStart(21)
  const table = rows.map(
    ([tasks = '', n = '', ...cells]) =>
      `  ${`${tasks}${tasks === frontier ? ' *' : ''}`.padEnd(15)}${n.padStart(4)}${cells.map(cell).join('')}`,
  )
  const { decision, harvest, retest, training } = round
  return [
    '',
    `Round ${round.round} of ${round.run} (recipe ${round.recipe}, seed ${round.seed}), ${duration(round.cost.seconds)}`,
    `  ${'passed, %'.padEnd(15)}${'n'.padStart(4)}${arms.map((arm) => cell(arm.split(', ')[0] ?? '')).join('')}`,
    `  ${''.padEnd(19)}${arms.map((arm) => cell(arm.split(', ')[1] ?? '')).join('')}`,
    ...table,
    round.frontier ? `  * frontier: ${round.frontier.rule} (${rate(round.frontier.trainRate)})` : null,
    `  harvest  ${harvest.attempted} attempted, ${harvest.passed} passed, ${harvest.kept} kept, ${harvest.replayed} replayed${harvest.pairs ? `, ${harvest.pairs} pairs` : ''}${training ? `; ${training.trainer}: ${training.steps} steps, ${duration(training.seconds)}, loss ${training.finalLoss.toFixed(4)}` : `; ${round.untrained}`}`,
    round.parity ? `  parity   ${parityText(round.parity)}` : null,
    round.bank.tag
      ? `  bank     ${round.bank.size} memories, ${round.bank.added} new${round.bank.kept ? '' : '; rolled back'}${decision.memory ? `; on against off ${points(decision.memory.difference)} points, p ${showP(decision.memory.pValue)}` : ''}`
      : null,
    retest
      ? `  retest   of ${retest.failed} failed: candidate solves ${retest.solvedByCandidate}, incumbent ${retest.solvedByIncumbent} (p ${showP(retest.pValue)})`
      : null,
    round.faults.failed || round.faults.retried
      ? `  faults   ${round.faults.failed} attempts lost to the provider, ${round.faults.retried} retries`
      : null,
    ...warnCuts(round).map((warning) => `  warning  ${warning}`),
    ...(round.monitor?.warnings ?? []).map((warning) => `  warning  ${warning}`),
    round.monitor?.regression ? `  REGRESSION  ${round.monitor.regression}` : null,
    `  => ${decision.reason}`,
    `  minimum detectable effect ${points(decision.minimumDetectableEffect)} points; decision ${round.looks} on this run's validation data`,
    `  report   ${report}`,
  ]
    .filter((line) => line !== null)
    .join('\n')
}
