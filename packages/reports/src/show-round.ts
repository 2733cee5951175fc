import type { Round } from '@whetstone/core'
import { duration, levelText, points, rate, showP } from '@whetstone/core'
import { notesText, stagesText } from './notes-text.ts'
import { parityText } from './parity-text.ts'
import { showTable } from './tables/show-table.ts'
import { wrap } from './tables/wrap.ts'
import { warnCuts } from './warn-cuts.ts'

/** A round on one screen of 80 columns: the arms, the decision with its reason, where the report is. */
export function showRound(round: Round, report: string): string {
  const { decision, harvest, retest, training } = round
  const line = (name: string, words: string) => wrap(`${name.padEnd(8)} ${words}`, '  ')
  return [
    '',
    `Round ${round.round} of ${round.run} (recipe ${round.recipe}, seed ${round.seed}), ${duration(round.cost.seconds)}`,
    arms(round),
    round.evaluations.some(({ memory }) => memory) ? '  off, on: without and with memories' : null,
    round.frontier ? wrap(`* frontier: ${round.frontier.rule} (${rate(round.frontier.trainRate)})`, '  ') : null,
    line(
      'harvest',
      `${harvest.attempted} attempted, ${harvest.passed} passed, ${harvest.kept} kept, ${harvest.replayed} replayed${harvest.pairs ? `, ${harvest.pairs} pairs` : ''}`,
    ),
    line(
      'training',
      training
        ? `${training.trainer}: ${training.steps} steps, ${duration(training.seconds)}, loss ${training.finalLoss.toFixed(4)}`
        : (round.untrained ?? 'nothing was trained'),
    ),
    ...stagesText(training).map((stage) => line('', stage)),
    ...notesText(round).map((note) => line('note', note)),
    round.parity ? line('parity', parityText(round.parity)) : null,
    round.bank.tag
      ? line(
          'bank',
          `${round.bank.size} memories, ${round.bank.added} new${round.bank.kept ? '' : '; rolled back'}${decision.memory ? `; on against off ${points(decision.memory.difference)} points, p ${showP(decision.memory.pValue)}` : ''}`,
        )
      : null,
    retest
      ? line(
          'retest',
          `of ${retest.failed} failed: candidate solves ${retest.solvedByCandidate}, incumbent ${retest.solvedByIncumbent} (p ${showP(retest.pValue)})`,
        )
      : null,
    round.faults.failed || round.faults.retried || round.faults.quarantined
      ? line(
          'faults',
          `${round.faults.failed} attempts lost to the provider, ${round.faults.retried} retries${round.faults.quarantined ? `, ${round.faults.quarantined} put aside (--retry-quarantined)` : ''}`,
        )
      : null,
    decision.spread && (decision.spread.lanes.length > 1 || decision.spread.mixed > 0)
      ? line(
          'machines',
          `${decision.spread.lanes.map(({ where, tasks }) => `${where}: ${tasks} tasks`).join(', ')}; ${decision.spread.mixed ? `${decision.spread.mixed} tasks were answered in more than one place` : 'all arms of a task in one place'}`,
        )
      : null,
    ...[...warnCuts(round), ...(round.monitor?.warnings ?? [])].map((warning) => line('warning', warning)),
    round.monitor?.regression ? line('REGRESSION', round.monitor.regression) : null,
    wrap(`=> ${decision.reason}`, '  '),
    wrap(
      `minimum detectable effect ${points(decision.minimumDetectableEffect)} points; decision ${round.looks} on this run's validation data`,
      '  ',
    ),
    `  report   ${report}`,
  ]
    .filter((each) => each !== null)
    .join('\n')
}

/** Passed, % [95% interval]: a row a level, a column an arm. */
function arms({ evaluations, frontier, levelNames }: Round): string {
  const at = frontier && (frontier.levels ?? [frontier.level]).map((level) => `${frontier.taskset} ${level}`)
  const names = [...new Set(evaluations.map(({ model, memory }) => `${model} ${memory ? 'on' : 'off'}`))]
  const remembering = evaluations.some(({ memory }) => memory)
  const levels = [...new Set(evaluations.map(({ taskset, level }) => `${taskset} ${level}`))]
  const whole = (share: number) => String(Math.round(100 * share))
  return showTable({
    head: ['passed, %', 'n', ...names.map((name) => (remembering ? name : name.replace(' off', '')))],
    rows: levels.map((level) => {
      const own = evaluations.filter(({ taskset, level: number }) => `${taskset} ${number}` === level)
      return [
        `${own[0] ? levelText(own[0], { levelNames }) : level}${at?.includes(level) ? '*' : ''}`,
        String(own[0]?.n ?? 0),
        ...names.map((name) => {
          const found = own.find(({ model, memory }) => `${model} ${memory ? 'on' : 'off'}` === name)
          return found
            ? `${found.passRate === 1 ? '100' : (100 * found.passRate).toFixed(1)} [${whole(found.ci[0])},${whole(found.ci[1])}]`
            : '-'
        }),
      ]
    }),
  })
}
