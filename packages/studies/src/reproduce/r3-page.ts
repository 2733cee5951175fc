import { showP } from '@whetstone/core'
import type { Figure, ReproductionChart, ReproductionTable } from '@whetstone/runs'
import { type PairedComparison, rateInterval } from '@whetstone/statistics'
import type { R3, R3Round } from '../self-train/r3.ts'
import type { R3Compared } from './r3-arms.ts'
import { r3Arms } from './r3-arms.ts'
import { percent, ratePoint, shownRate, withInterval } from './system.ts'

/** A difference in points, with its interval. */
const points = (compared: PairedComparison) => withInterval(compared.difference, compared)
const rate = (passed: number, n: number) => (n === 0 ? null : shownRate(passed, n))
/** Of what failed in an arm, the share that one of the two solved: tasks that share a cluster, or come again in other rounds and seeds, count as one. */
function solvedBy(who: 'candidate' | 'incumbent', runs: R3Compared['runs'][keyof R3Compared['runs']]): string {
  const pairs = runs.flatMap(({ rounds }) => rounds.flatMap(({ retest }) => retest.pairs))
  const found = rateInterval(pairs.map(({ task, cluster, ...solved }) => ({ task, cluster, attempts: 1, passed: Number(solved[who]) })))
  return withInterval(found.rate, found)
}

export const r3Figures = ({ again, against }: R3Compared, title: string): Figure[] => [
  ...r3Arms.map((arm): Figure => {
    const { n, difference, low, high, greater } = again[arm]
    const what = `${title}, ${arm}: failed validation tasks, candidate minus a fresh attempt of the incumbent, points`
    return { what, value: percent(difference), interval: [percent(low), percent(high)], n, p: greater }
  }),
  ...Object.entries(against).map(([control, { n, difference, low, high, twoSided }]): Figure => {
    const what = `${title}: critic minus ${control}, candidates of the first round on what the seed model failed, points`
    return { what, value: percent(difference), interval: [percent(low), percent(high)], n, p: twoSided }
  }),
]

export const r3Tables = ({ again, against, runs }: R3Compared, { kept, levels, validation }: R3, title: string): ReproductionTable[] => [
  {
    title: `What failed, attempted again: ${title}`,
    note: `Validation tasks that the incumbent failed greedily, over all rounds and seeds; both attempt once at temperature 0.7; 95% intervals; one-sided ${again.critic.test}.`,
    columns: ['arm', 'failed tasks', 'candidate, %', 'incumbent again, %', 'difference, points', 'wins', 'losses', 'p'],
    rows: r3Arms.map((arm) => {
      const { n, wins, losses, greater } = again[arm]
      const [candidate, incumbent] = [solvedBy('candidate', runs[arm]), solvedBy('incumbent', runs[arm])]
      return [arm, n, candidate, incumbent, points(again[arm]), wins, losses, showP(greater)]
    }),
  },
  {
    title: `The critic against its controls: ${title}`,
    note: `Candidates of the first round on the same tasks, those that the seed model failed: later incumbents differ and fail others. Two-sided ${against['shuffled critiques'].test}. Least gain found: the smallest that four runs in five would find.`,
    columns: ['control', 'tasks', 'critic, %', 'control, %', 'difference, points', 'wins', 'losses', 'p', 'least gain found'],
    rows: Object.entries(against).map(([control, each]) => [
      ...[control, each.n, percent(each.treatmentRate), percent(each.controlRate), points(each), each.wins, each.losses],
      ...[showP(each.twoSided), percent(each.minimumDetectableEffect)],
    ]),
  },
  {
    title: `Levels after the last round: ${title}`,
    note: `Greedy, at most ${validation} validation tasks a level, passed in % with 95% intervals.`,
    columns: ['arm', 'seed', ...[...kept, ...levels].map((at) => `level ${at}`)],
    rows: r3Arms.flatMap((arm) =>
      runs[arm].map(({ seed, rounds }) => [
        arm,
        seed,
        ...[...kept, ...levels].map((at) => {
          const found = rounds.at(-1)!.rates.find(({ level }) => level === at)
          return found ? rate(found.passed, found.n) : null
        }),
      ]),
    ),
  },
  {
    title: `Rounds with the critic: ${title}`,
    note: 'Every seed; train tasks. Verified: attempted again without help after training, solved in % with 95% intervals.',
    columns: [
      ...['seed', 'round', 'attempts', 'right at first', 'right when rewritten', 'pairs', 'verified, %', 'attempted for it'],
      ...['bucket', 'left it', 'leaks', 'tokens'],
      "teacher's",
    ],
    rows: runs.critic.flatMap(({ seed, rounds }) =>
      rounds.map((each) => [
        ...[seed, each.round, each.attempts, each.passedFirst, each.passedRewritten, each.pairs],
        ...[each.verification && rate(each.verification.passed, each.verification.attempts), each.verification?.attempts ?? null],
        ...[each.bucket.size, each.bucket.left, each.dropped.leaks, each.tokens.own, each.tokens.taught],
      ]),
    ),
  },
]

/** Lines over the rounds of one run. */
export function r3Charts(rounds: readonly R3Round[]): ReproductionChart[] {
  const series = (name: string, of: (round: R3Round) => number | undefined) =>
    rounds.flatMap((round) => (of(round) === undefined ? [] : [{ series: name, x: round.round, y: of(round) as number }]))
  const share = (part: 'answer' | 'format') =>
    rounds.map((each) => ratePoint(part, each.round, Math.round(each[part] * each.attempts), each.attempts))
  const lossOf = (stage: string) => series(stage, ({ losses }) => losses.find((each) => each.stage === stage)?.loss)
  return [
    {
      title: 'Accuracy of train attempts, rewritten where they failed',
      ...{ x: 'round', y: 'share, %' },
      points: [...share('answer'), ...share('format')],
    },
    { title: 'Loss', x: 'round', y: 'loss', points: [...lossOf('dpo'), ...lossOf('sft')] },
    {
      title: 'Bucket list',
      ...{ x: 'round', y: 'tasks' },
      points: [...series('in it', ({ bucket }) => bucket.size), ...series('left it', ({ bucket }) => bucket.left)],
    },
    {
      title: 'Verification attempts',
      ...{ x: 'round', y: 'tasks' },
      points: [
        ...series('attempted', ({ verification }) => verification?.attempts),
        ...series('solved', ({ verification }) => verification?.passed),
      ],
    },
  ]
}

export function r3Verdict({ again: { critic }, against }: R3Compared, title: string): string[] {
  const control = (name: keyof typeof against, words: string) => {
    const { low, high, twoSided } = against[name]
    const shown =
      low > 0
        ? 'The critic is better than'
        : high < 0
          ? 'The critic is worse than'
          : 'Chance explains the difference between the critic and'
    return `${title}: ${shown} ${words}: ${points(against[name])} points on what the seed model failed, p ${showP(twoSided)}.`
  }
  return [
    `${title}: with the critic the candidate solves ${percent(critic.treatmentRate)}% of what the incumbent failed, the incumbent's own fresh attempt ${percent(critic.controlRate)}% (p ${showP(critic.greater)}).`,
    control('shuffled critiques', 'critiques of other tasks'),
    control('references alone', 'training on the references alone'),
  ]
}
