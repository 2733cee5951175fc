import { placebo } from '@whetstone/solvers'
import { comparePairs, type Paired, type PairedComparison } from '@whetstone/statistics'
import type { R3, R3Round, Scheduled } from '../self-train/r3.ts'
import { r3, sft } from '../self-train/r3.ts'
import type { Study } from '../self-train/study.ts'
import { part } from './system.ts'

export const r3Arms = ['critic', 'shuffled critiques', 'references alone'] as const
export type R3Arm = (typeof r3Arms)[number]
type Runs = { seed: number; rounds: R3Round[] }[]
export type R3Compared = {
  /** Failed validation tasks of all rounds and seeds: the candidate against a fresh attempt of the incumbent. */
  again: Record<R3Arm, PairedComparison>
  /** Candidates of two arms on what the seed model failed: after the first round alone both were asked the same tasks. */
  against: Record<Exclude<R3Arm, 'critic'>, PairedComparison>
  runs: Record<R3Arm, Runs>
}

/** Rounds of R3 with each arm and each seed, on the study's taskset. `settings` is what the critic's arm does with a seed. */
export async function r3OfArms(
  study: Study,
  settings: (seed: number) => R3,
  { seeds, print }: { seeds: readonly number[]; print: (line: string) => void },
): Promise<R3Compared> {
  const runs = Object.fromEntries(r3Arms.map((arm) => [arm, [] as Runs])) as Record<R3Arm, Runs>
  for (const arm of r3Arms) {
    for (const seed of seeds) {
      const rounds = await r3(
        part(study, `${arm.replace(/\W+/g, '-')}-${seed}`, seed),
        settingsOfArm(arm, settings(seed)),
        ({ round, retest, bucket }) =>
          print(
            `${arm}, seed ${seed}, round ${round}: of ${retest.failed} failed, candidate ${retest.candidate}, incumbent ${retest.incumbent}; bucket ${bucket.size}`,
          ),
      )
      runs[arm].push({ seed, rounds })
    }
  }
  const options = { seed: study.seed }
  const again = (arm: R3Arm) =>
    comparePairs(
      runs[arm].flatMap(({ seed, rounds }) =>
        rounds.flatMap(({ round, retest }) =>
          retest.pairs.map(({ task, cluster, candidate, incumbent }) =>
            paired(`${seed} ${round} ${task}`, cluster, Number(incumbent), Number(candidate)),
          ),
        ),
      ),
      options,
    )
  const against = (control: R3Arm) => comparePairs(firstRounds(runs.critic, runs[control]), options)
  return {
    again: { critic: again('critic'), 'shuffled critiques': again('shuffled critiques'), 'references alone': again('references alone') },
    against: { 'shuffled critiques': against('shuffled critiques'), 'references alone': against('references alone') },
    runs,
  }
}

export function settingsOfArm(arm: R3Arm, settings: R3): R3 {
  const { basic, advanced } = settings.teachers
  if (arm === 'critic') return settings
  // No attempts to rewrite: the same tasks with their right answers.
  if (arm === 'references alone') {
    const last = settings.schedule.findLast((scheduled) => scheduled.stage === 'sft') ?? sft()
    return { ...settings, rewrites: 0, schedule: [{ ...last, on: 'references' } as Scheduled] }
  }
  return { ...settings, teachers: { basic: placebo('shuffled', basic), ...(advanced ? { advanced: placebo('shuffled', advanced) } : {}) } }
}

/** What both arms' first candidates were asked: what the same incumbent had failed. */
export function firstRounds(treatment: Runs, control: Runs): Paired[] {
  return treatment.flatMap(({ seed, rounds }, i) => {
    const other = new Map((control[i]?.rounds[0]?.retest.pairs ?? []).map(({ task, candidate }) => [task, candidate]))
    return (rounds[0]?.retest.pairs ?? []).flatMap(({ task, cluster, candidate }) =>
      other.has(task) ? [paired(`${seed} ${task}`, cluster, Number(other.get(task)), Number(candidate))] : [],
    )
  })
}

const paired = (task: string, cluster: string, control: number, treatment: number): Paired => ({
  ...{ task, cluster, control, treatment, attempts: 1 },
})
