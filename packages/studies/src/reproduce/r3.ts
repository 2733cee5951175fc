import { range, showP } from '@whetstone/core'
import type { Interval } from '@whetstone/statistics'
import { mcnemar, wilson } from '@whetstone/statistics'
import { placebo } from '@whetstone/solvers'
import type { R3Round, R3 } from '../self-train/r3.ts'
import { dpo, r3, sft, verify } from '../self-train/r3.ts'
import type { System } from './system.ts'
import { atMost, part, percent } from './system.ts'

const armNames = ['critic', 'shuffled critiques', 'references alone'] as const

export const r3System: System = {
  name: 'r3',
  about:
    'attempt, reward, reflect, rewrite, DPO on (rejected, chosen), verification attempts, SFT on the verified, bucket list over rounds',
  original: [
    { what: 'GSM8K, 700 samples', figure: '83.1 to 88.6', source: 'R3' },
    { what: 'LastLetterConcat, 700 samples', figure: '40.7 to 53.3', source: 'R3' },
  ],
  async run({ study, prompts, teachers, solved, frontier, quick, limit, seeds, print }) {
    const base: R3 = {
      ...{
        rounds: quick ? 2 : 3,
        levels: range(frontier, frontier + 1),
        each: quick ? 150 : 250,
        kept: range(1, solved),
        keptEach: quick ? 60 : 100,
      },
      ...{
        teachers,
        advancedAfter: 1,
        rewrites: 3,
        schedule: [dpo(), verify(), sft()],
        prompts,
        temperature: 0.7,
        validation: atMost(limit, quick ? 150 : 300),
      },
    }
    const settings: Record<(typeof armNames)[number], R3> = {
      critic: base,
      'shuffled critiques': {
        ...base,
        teachers: { basic: placebo('shuffled', teachers.basic), advanced: placebo('shuffled', teachers.advanced) },
      },
      // No attempts to rewrite: the same tasks with their right answers.
      'references alone': { ...base, rewrites: 0, schedule: [sft({ on: 'references' })] },
    }
    const all = new Map<string, { seed: number; rounds: R3Round[] }[]>()
    for (const arm of armNames) {
      const runs: { seed: number; rounds: R3Round[] }[] = []
      for (const seed of seeds) {
        const rounds = await r3(part(study, `${arm.replace(/\W+/g, '-')}-${seed}`, seed), settings[arm], ({ round, retest, bucket }) =>
          print(
            `${arm}, seed ${seed}, round ${round}: of ${retest.failed} failed, candidate ${retest.candidate}, incumbent ${retest.incumbent}; bucket ${bucket.size}`,
          ),
        )
        runs.push({ seed, rounds })
      }
      all.set(arm, runs)
    }
    const tested = armNames.map((arm) => {
      const pairs = (all.get(arm) ?? []).flatMap(({ rounds }) => rounds.flatMap(({ retest }) => retest.pairs))
      const wins = pairs.filter(({ candidate, incumbent }) => candidate && !incumbent).length
      const losses = pairs.filter(({ candidate, incumbent }) => !candidate && incumbent).length
      const solvedBy = (who: 'candidate' | 'incumbent') => pairs.filter((pair) => pair[who]).length / Math.max(1, pairs.length)
      return {
        arm,
        n: pairs.length,
        candidate: solvedBy('candidate'),
        incumbent: solvedBy('incumbent'),
        wins,
        losses,
        p: mcnemar(wins, losses).greater,
      }
    })
    const first = (all.get('critic') ?? [])[0]!
    const series = (name: string, of: (round: R3Round) => number | undefined) =>
      first.rounds.flatMap((round) => (of(round) === undefined ? [] : [{ series: name, x: round.round, y: of(round) as number }]))
    const level = (rounds: readonly R3Round[], at: number) => rounds.at(-1)!.rates.find((rate) => rate.level === at)
    const [real, sham, alone] = tested as [(typeof tested)[0], (typeof tested)[0], (typeof tested)[0]]
    return {
      ours: tested.map(({ arm, n, candidate, incumbent, p }) => ({
        ...{ what: `${arm}: failed validation tasks solved by the candidate against a fresh attempt of the incumbent, %`, n, p },
        value: `${percent(candidate)} against ${percent(incumbent)}`,
      })),
      tables: [
        {
          title: 'What failed, attempted again',
          note: 'Validation tasks that the incumbent failed greedily, over all rounds and seeds; both attempt once at temperature 0.7; exact one-sided McNemar.',
          columns: ['arm', 'failed tasks', 'candidate, %', 'incumbent again, %', 'wins', 'losses', 'p'],
          rows: tested.map(({ arm, n, candidate, incumbent, wins, losses, p }) => [
            arm,
            n,
            percent(candidate),
            percent(incumbent),
            wins,
            losses,
            showP(p),
          ]),
        },
        {
          title: 'Levels after the last round',
          note: `Greedy, ${base.validation} validation tasks a level, passed in %.`,
          columns: ['arm', 'seed', ...[...base.kept, ...base.levels].map((at) => `level ${at}`)],
          rows: armNames.flatMap((arm) =>
            (all.get(arm) ?? []).map(({ seed, rounds }) => [
              arm,
              seed,
              ...[...base.kept, ...base.levels].map((at) => {
                const rate = level(rounds, at)
                return rate ? percent(rate.passed / rate.n) : null
              }),
            ]),
          ),
        },
        {
          title: `Rounds with the critic, seed ${first.seed}`,
          columns: [
            'round',
            'attempts',
            'right at first',
            'right when rewritten',
            'pairs',
            'verified',
            'bucket',
            'left it',
            'leaks',
            'tokens',
            "teacher's",
          ],
          rows: first.rounds.map((each) => [
            ...[each.round, each.attempts, each.passedFirst, each.passedRewritten, each.pairs],
            each.verification ? `${each.verification.passed} of ${each.verification.attempts}` : null,
            ...[each.bucket.size, each.bucket.left, each.dropped.leaks, each.tokens.own, each.tokens.taught],
          ]),
        },
      ],
      charts: [
        {
          title: 'Accuracy of train attempts, rewritten where they failed',
          x: 'round',
          y: 'share, %',
          points: [...series('answer', ({ answer }) => percent(answer)), ...series('format', ({ format }) => percent(format))],
        },
        {
          title: 'Loss',
          x: 'round',
          y: 'loss',
          points: ['dpo', 'sft'].flatMap((stage) => series(stage, ({ losses }) => losses.find((each) => each.stage === stage)?.loss)),
        },
        {
          title: 'Bucket list',
          x: 'round',
          y: 'tasks',
          points: [...series('in it', ({ bucket }) => bucket.size), ...series('left it', ({ bucket }) => bucket.left)],
        },
        {
          title: 'Verification attempts',
          x: 'round',
          y: 'tasks',
          points: [
            ...series('attempted', ({ verification }) => verification?.attempts),
            ...series('solved', ({ verification }) => verification?.passed),
          ],
        },
      ],
      verdict: [
        `With the critic the candidate solves ${percent(real.candidate)}% of what the incumbent failed, the incumbent's own fresh attempt ${percent(real.incumbent)}% (p ${showP(real.p)}).`,
        `Critiques of other tasks come to ${percent(sham.candidate)}%${apart(real, sham) ? '' : ', a difference that chance explains: what the critiques say is not shown to matter here'}.`,
        `Training on the references alone comes to ${percent(alone.candidate)}%${apart(real, alone) ? '' : ', a difference that chance explains'}.`,
      ],
    }
  },
}

/** Whether two shares of different tasks lie further apart than chance explains: their 95% intervals do not meet. */
function apart(a: { candidate: number; n: number }, b: { candidate: number; n: number }): boolean {
  const [one, other] = [a, b].map(({ candidate, n }) => wilson(Math.round(candidate * n), n)) as [Interval, Interval]
  return one.low > other.high || other.low > one.high
}
