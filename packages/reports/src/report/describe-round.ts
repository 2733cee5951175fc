import { duration, levelText, points, rate, showP, type Round, sayJudged } from '@whetstone/core'
import { armsTable } from '../arms-table.ts'
import { funnelSections } from '../funnel-sections.ts'
import { showEnds } from '../show-ends.ts'
import { notesText, stagesText } from '../notes-text.ts'
import { parityText } from '../parity-text.ts'
import { textTable } from '../tables/text-table.ts'
import type { ReportSection } from './section.ts'

const number = (value: number) => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toFixed(4))))

/** What a round's figures say, part by part: arms, decision, frontier, funnel, memory, re-test, watch, cost. */
export function describeRound(round: Round, seconds: Partial<Record<string, number>>): ReportSection[] {
  return [
    arms(round),
    decision(round),
    ...frontier(round),
    funnel(round),
    ...(round.harvest.funnel?.length ? funnelSections(round.harvest.funnel) : []),
    ...judges(round),
    ...parity(round),
    ...memory(round),
    ...retest(round),
    ...watch(round),
    cost(round, seconds),
  ]
}

const arms = (round: Round): ReportSection => ({
  title: 'Arms',
  text: 'Validation tasks passed, %, with 95% intervals. All arms attempted the same tasks with the same seeds. Validation is what the gate selects on: it is no test result.',
  table: textTable(armsTable(round.evaluations, '\u00a0', round)),
})

const decision = ({ decision: made, looks, levelNames }: Round): ReportSection => ({
  title: 'Decision',
  text: `${made.arm}; ${made.test}; n ${made.n} in ${made.clusters} clusters; ${rate(made.incumbentRate)} → ${rate(made.candidateRate)}, difference ${points(made.difference)} points (95% interval ${points(made.ci[0])} to ${points(made.ci[1])}); wins ${number(made.wins)}, losses ${number(made.losses)}; p = ${showP(made.pValue)} against alpha ${number(made.alpha)}; minimum detectable effect ${points(made.minimumDetectableEffect)} points at 80% power. This run's validation data have seen ${looks} decision${looks === 1 ? '' : 's'}.`,
  ...(made.nonInferiority.length > 0 && {
    table: {
      head: ['guarded level', 'n', 'difference, points', 'lower 95% bound', 'margin', 'kept'],
      rows: made.nonInferiority.map((each) => [
        levelText(each, { levelNames }),
        String(each.n),
        points(each.difference),
        points(each.low),
        points(-each.margin),
        each.passed ? 'yes' : 'NO',
      ]),
    },
  }),
})

const frontier = ({ frontier: at }: Round): ReportSection[] =>
  at
    ? [
        {
          title: 'Frontier',
          text: `${at.taskset} level ${at.level}: ${at.rule}; its train pass@1 was ${rate(at.trainRate)}. Chosen before any validation attempt.`,
        },
      ]
    : []

function funnel(round: Round): ReportSection {
  const { harvest, training, untrained } = round
  const beside = [...stagesText(training), ...notesText(round)]
  const share = (part: number, of: number) => (of > 0 ? rate(part / of) : '-')
  return {
    title: 'From attempts to weights',
    text: `${training ? `${training.trainer}: ${training.steps} steps in ${duration(training.seconds)}, final loss ${number(training.finalLoss)}.` : `${untrained ?? 'nothing was trained'}.`}`,
    ...(beside.length > 0 && { sentences: beside }),
    table: {
      head: ['step', 'rows', 'of those before'],
      rows: [
        ['attempted', String(harvest.attempted), ''],
        ['passed', String(harvest.passed), share(harvest.passed, harvest.attempted)],
        ['kept by the filters', String(harvest.kept), share(harvest.kept, harvest.passed)],
        ['replayed from older rounds', String(harvest.replayed), ''],
        ['preference pairs', String(harvest.pairs), ''],
      ],
    },
  }
}

const judges = ({ judged }: Round): ReportSection[] =>
  judged ? [{ title: 'Judges', text: `${judged.map((each) => `${each.taskset}: ${sayJudged(each)}`).join('. ')}.` }] : []

const parity = ({ parity: apart }: Round): ReportSection[] =>
  apart
    ? [
        {
          title: 'What is trained is what is served',
          text: `Differences of log-probability on attempts of this round, natural log: ${parityText(apart)}.`,
        },
      ]
    : []

const memory = ({ bank, decision: { memory: shown, bank: judged } }: Round): ReportSection[] =>
  bank.tag
    ? [
        {
          title: 'Memory',
          text: `The bank holds ${bank.size} memories, ${bank.added} of them new${bank.kept ? '' : '; it was rolled back, since it hurt'}. ${shown ? `On against off: ${points(shown.difference)} points (95% interval ${points(shown.ci[0])} to ${points(shown.ci[1])}), p = ${showP(shown.pValue)}.` : ''}${judged ? ` Judged before the candidate: ${judged.reason}.` : ''}`,
        },
      ]
    : []

const retest = ({ retest: again }: Round): ReportSection[] =>
  again
    ? [
        {
          title: 'Re-test of what failed',
          text: `Of ${again.failed} validation tasks that the incumbent failed, a fresh attempt of the candidate solves ${again.solvedByCandidate}, one of the incumbent ${again.solvedByIncumbent} (p = ${showP(again.pValue)}).`,
        },
      ]
    : []

function watch({ monitor }: Round): ReportSection[] {
  if (!monitor) return []
  const rows = [
    ['train attempts', monitor.train],
    ['probe, the same tasks each round', monitor.probe],
  ] as const
  return [
    {
      title: 'Watch for collapse',
      text: monitor.warnings.length > 0 ? `${monitor.warnings.join('; ')}.` : 'Nothing has changed for the worse.',
      table: {
        head: ['of', 'attempts', 'pass@1', 'pass@k', 'distinct', 'entropy', 'tokens', 'repeated', 'cut off'],
        rows: rows.flatMap(([name, vitals]) =>
          vitals
            ? [
                [
                  name,
                  String(vitals.attempts),
                  rate(vitals.pass1),
                  vitals.passK === null ? '-' : `${rate(vitals.passK)} (k ${vitals.k})`,
                  vitals.distinct.toFixed(2),
                  vitals.entropy === null ? '-' : vitals.entropy.toFixed(3),
                  vitals.length.toFixed(1),
                  rate(vitals.repeated),
                  rate(vitals.truncated),
                ],
              ]
            : [],
        ),
      },
    },
  ]
}

const cost = (
  { cost: { seconds: all, tokens }, truncated, cuts, faults, ends }: Round,
  seconds: Partial<Record<string, number>>,
): ReportSection => ({
  title: 'Cost',
  text: `${duration(all)} in all; ${tokens.prompt} prompt and ${tokens.completion} completion tokens; ${cuts ? `${cuts.truncated} of ${cuts.attempted} attempts were cut off, ${cuts.context} had prompts with no room in the context${cuts.undecided ? `, of ${cuts.undecided} the grader could not tell (not passed, and not wrong either)` : ''}` : `${rate(truncated)} of the attempts were cut off`}; provider faults: ${faults.retried} retries, ${faults.failed} attempts lost, ${faults.quarantined ?? 0} put aside${showEnds(ends ?? {})}.`,
  table: { head: ['step', 'time'], rows: Object.entries(seconds).map(([step, value]) => [step, duration(value ?? 0)]) },
})
