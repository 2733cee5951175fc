import type { Round } from '@whetstone/core'
import { type Interval, rateInterval } from '@whetstone/statistics'
import { openRun } from '@whetstone/runs'
import { flatSettings } from '../flat-settings.ts'
import { compareSets, type Comparison } from './compare-sets.ts'
import type { ComparedArm } from './compared-arm.ts'
import { matchTasks } from './match-tasks.ts'

/** What became of a task between control and treatment. */
export type Fate = 'fixed' | 'broken' | 'failing' | 'right'
export const fates: readonly Fate[] = ['fixed', 'broken', 'failing', 'right']
export const fateWords: Record<Fate, string> = { fixed: 'fixed', broken: 'broken', failing: 'still failing', right: 'still right' }

export type FatedTask = { task: string; group: string; fate: Fate }
/** Arms side by side, the first the control. Rates are fractions, intervals 95%. */
export type ArmsCompared = {
  arms: {
    ref: string
    name: string
    split: ComparedArm['split']
    n: number
    rate: number
    low: number
    high: number
    cost: { seconds: number; tokens: number } | null
    /** What the gain over the control cost: beside what the control had cost, where both are of one run. */
    perPoint: { seconds: number; tokens: number } | null
  }[]
  /** A row for each group of tasks; null where an arm did not attempt it. */
  levels: { group: string; cells: ((Interval & { rate: number; n: number }) | null)[] }[]
  comparisons: Comparison[]
  /** By treatment: the tasks that both attempted. */
  matrix: { treatment: string; counts: Record<Fate, number>; tasks: FatedTask[] }[]
  /** Settings in which the arms' recipes differ, by path. */
  settings: { path: string; values: (string | null)[] }[]
  notes: string[]
}

export function compareArms(arms: readonly ComparedArm[], options: { seed: number }): ArmsCompared {
  const [control, ...treatments] = arms as [ComparedArm, ...ComparedArm[]]
  const notes: string[] = []
  const comparisons = compareSets(
    control.set,
    treatments.map(({ set }) => set),
    options,
  )
  const groups = [...new Set(arms.flatMap(({ set }) => set.groups.map(({ name }) => name)))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )
  if (arms.some(({ split }) => split === 'validation') && arms.some(({ split }) => split === 'test'))
    notes.push('validation tasks were selected upon, test tasks were not: a validation rate flatters, and is no test result')
  notes.push(...samePolicies(arms))
  return {
    arms: arms.map((arm, index) => {
      const { rate, low, high, n } = rateInterval(arm.set.groups.flatMap(({ outcomes }) => outcomes))
      return {
        ref: arm.ref,
        name: arm.name,
        split: arm.split,
        n,
        rate,
        low,
        high,
        cost: arm.cost,
        perPoint: perPoint(arm, control, comparisons[index - 1]),
      }
    }),
    levels: groups.map((group) => ({
      group,
      cells: arms.map(({ set }) => {
        const found = set.groups.find(({ name }) => name === group)
        if (!found) return null
        const { rate, low, high, n } = rateInterval(found.outcomes)
        return { rate, low, high, n }
      }),
    })),
    comparisons,
    matrix: treatments.map((treatment) => {
      const tasks = fatesOf(control, treatment)
      const counts: Record<Fate, number> = { fixed: 0, broken: 0, failing: 0, right: 0 }
      for (const { fate } of tasks) counts[fate]++
      return { treatment: treatment.name, counts, tasks }
    }),
    settings: differingSettings(arms),
    notes,
  }
}

/** What serves after a round: weights, and whether they remember; null for arms of a round and for files. */
export const servedBy = ({ served, candidate, incumbent, bank }: Round): string =>
  [(served.role === 'candidate' ? candidate : incumbent)?.id, served.memory ? (bank.kept ? bank.tag : 'the bank before') : null].join(' ')

/** Rounds that were kept leave what the rounds before them left: comparing the two shows nothing of their candidates. */
function samePolicies([control, ...treatments]: readonly ComparedArm[]): string[] {
  const own = ({ ref, round }: ComparedArm) => (round && ref === `${round.run}:${round.round}` ? servedBy(round) : null)
  if (!control || own(control) === null) return []
  const same = treatments.filter((arm) => own(arm) === own(control)).map(({ round }) => round as Round)
  if (same.length === 0) return []
  const [{ run, round }] = same as [Round]
  return [
    `${control.name} and ${same.map((each) => `${each.run} after round ${each.round}`).join(', ')} serve the same weights (what was trained in between was kept back), so that no difference can be shown; what round ${round} trained: --runs=${run}:${round}:incumbent,${run}:${round}:candidate`,
  ]
}

/** Each task that both attempted, by what most of its attempts came to. */
function fatesOf(control: ComparedArm, treatment: ComparedArm): FatedTask[] {
  const others = new Map(treatment.set.groups.map((group) => [group.name, group]))
  const single = control.set.groups.length === 1 && treatment.set.groups.length === 1
  return control.set.groups.flatMap((group) => {
    const other = others.get(group.name) ?? (single ? treatment.set.groups[0] : undefined)
    if (!other) return []
    const matched = matchTasks(group, other, control.set.format === treatment.set.format)
    const most = ({ passed, attempts }: { passed: number; attempts: number }) => passed * 2 > attempts
    const after = new Map(matched.b.map((outcome) => [outcome.task, most(outcome)]))
    return matched.a.flatMap((outcome) => {
      const then = after.get(outcome.task)
      if (then === undefined) return []
      const before = most(outcome)
      const fate: Fate = before ? (then ? 'right' : 'broken') : then ? 'fixed' : 'failing'
      return [{ task: outcome.task, group: group.name, fate }]
    })
  })
}

function perPoint(arm: ComparedArm, control: ComparedArm, comparison: Comparison | undefined): ArmsCompared['arms'][number]['perPoint'] {
  if (!comparison || !arm.cost) return null
  const gained = 100 * comparison.all.difference
  if (gained <= 0) return null
  const before =
    control.reader && arm.reader && control.reader.run === arm.reader.run
      ? (control.cost ?? { seconds: 0, tokens: 0 })
      : { seconds: 0, tokens: 0 }
  const [seconds, tokens] = [arm.cost.seconds - before.seconds, arm.cost.tokens - before.tokens]
  return seconds <= 0 ? null : { seconds: seconds / gained, tokens: tokens / gained }
}

/** Seed, base model and every setting of the recipe as the arm's round had it. */
function settingsOf(arm: ComparedArm): Map<string, string> {
  const flat = new Map<string, string>()
  const record = arm.reader && openRun(arm.reader.run).record()
  if (!record) return flat
  flat.set('seed of the run', String(record.seed))
  flat.set('base model', record.base)
  const recipe = record.recipes.findLast(({ round }) => round <= (arm.round?.round ?? Infinity))?.recipe
  for (const [path, value] of flatSettings(recipe)) flat.set(path, value)
  return flat
}

function differingSettings(arms: readonly ComparedArm[]): ArmsCompared['settings'] {
  const all = arms.map((arm) => (arm.reader ? settingsOf(arm) : null))
  const paths = new Set(all.flatMap((of) => (of ? [...of.keys()] : [])))
  return [...paths].flatMap((path) => {
    const values = all.map((of) => (of ? (of.get(path) ?? 'not set') : null))
    return new Set(values.filter((value) => value !== null)).size > 1 ? [{ path, values }] : []
  })
}
