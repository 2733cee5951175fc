import { BadInput, type Outcome } from '@whetstone/core'
import { bootstrap, comparePairs, holm, pairOutcomes, rateInterval, type Paired, type PairedComparison } from '@whetstone/statistics'
import { matchTasks, tellContents } from './match-tasks.ts'
import type { ResultGroup, ResultSet } from './result-set.ts'

/** One row of a comparison: a group of tasks, or all of them. Rates and differences are fractions, intervals 95%. */
export type ComparedGroup = {
  group: string
  /** Tasks compared: those in both arms when paired. */
  n: number
  clusters: number
  control: { rate: number; low: number; high: number }
  treatment: { rate: number; low: number; high: number }
  difference: number
  low: number
  high: number
  /** Null where no task is shared: then the interval is that of independent samples, and there is no test. */
  paired: {
    wins: number
    losses: number
    test: string
    /** Two-sided. */
    pValue: number
    bootstrap: { low: number; high: number }
    /** True gains below this would be missed more than one time in five, at one-sided 0.025. */
    minimumDetectableEffect: number
    /** Tasks that only one of the two attempted. */
    unpaired: number
    /** Whether the two are the same but for a margin that was named: two one-sided tests; null where none was. */
    equivalence: PairedComparison['equivalence']
  } | null
}
export type Comparison = {
  control: string
  treatment: string
  groups: ComparedGroup[]
  all: ComparedGroup
  /** The p-value of `all`, Holm-adjusted over all comparisons made at once; null where nothing is paired. */
  pHolm: number | null
  notes: string[]
}

/** Compares each treatment with the control, task by task where they share tasks, and adjusts over the comparisons by Holm. */
/** `margin`: a difference too small to matter, a fraction. */
export type How = { seed: number; margin?: number | undefined }

export function compareSets(control: ResultSet, treatments: readonly ResultSet[], options: How): Comparison[] {
  const comparisons = treatments.map((treatment) => compareTwo(control, treatment, options))
  return adjust(comparisons)
}

/** Holm over all comparisons that are shown together. */
export function adjust(comparisons: readonly Comparison[]): Comparison[] {
  const tested = comparisons.filter(({ all }) => all.paired !== null)
  const adjusted = holm(tested.map(({ all }) => all.paired?.pValue ?? 1))
  return comparisons.map((comparison) => ({ ...comparison, pHolm: adjusted[tested.indexOf(comparison)] ?? null }))
}

export function compareTwo(control: ResultSet, treatment: ResultSet, how: How): Comparison {
  const notes = [...control.notes.map((note) => `${control.name}: ${note}`), ...treatment.notes.map((note) => `${treatment.name}: ${note}`)]
  for (const { name, groups } of [control, treatment]) {
    const of = groups.flatMap(({ outcomes }) => outcomes)
    const undecided = of.reduce((sum, outcome) => sum + (outcome.undecided ?? 0), 0)
    const attempts = of.reduce((sum, outcome) => sum + outcome.attempts, 0)
    if (undecided > 0)
      notes.push(`${name}: of ${undecided} of ${attempts} attempts the grader could not tell: they count as not passed, and not as wrong`)
  }
  const parts = matchGroups(control, treatment).map(({ name, a, b }) => {
    // Equal ids of two benchmarks say nothing.
    const apart = a.name !== b.name && !tellContents(a, b)
    const matched = apart
      ? {
          a: a.outcomes.map((outcome) => ({ ...outcome, task: `${a.name}\n${outcome.task}` })),
          b: b.outcomes.map((outcome) => ({ ...outcome, task: `${b.name}\n${outcome.task}` })),
          notes: [`${a.name} and ${b.name} have other names, and the files do not tell their questions: nothing is paired`],
        }
      : matchTasks(a, b, control.format === treatment.format)
    notes.push(...matched.notes.map((note) => (control.groups.length > 1 ? `${name}: ${note}` : note)))
    const own = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => ({ ...outcome, task: `${name}\n${outcome.task}`, cluster: `${name}\n${outcome.cluster}` }))
    return { name, control: own(matched.a), treatment: own(matched.b) }
  })
  const groups = parts.map((part) => compareGroup(part.name, part.control, part.treatment, how))
  const all =
    groups.length === 1
      ? (groups[0] as ComparedGroup)
      : compareGroup(
          'all',
          parts.flatMap((part) => part.control),
          parts.flatMap((part) => part.treatment),
          how,
        )
  return { control: control.name, treatment: treatment.name, groups, all, pHolm: null, notes }
}

/** Groups by name; two single groups of different names (the same benchmark in two tools) are taken for the same. */
function matchGroups(control: ResultSet, treatment: ResultSet): { name: string; a: ResultGroup; b: ResultGroup }[] {
  const others = new Map(treatment.groups.map((group) => [group.name, group]))
  const common = control.groups.flatMap((a) => {
    const b = others.get(a.name)
    return b ? [{ name: a.name, a, b }] : []
  })
  const [a, b] = [control.groups[0], treatment.groups[0]]
  if (common.length === 0 && control.groups.length === 1 && treatment.groups.length === 1 && a && b)
    return [{ name: `${a.name} / ${b.name}`, a, b }]
  if (common.length === 0) {
    const list = (set: ResultSet) => `${set.name} has ${set.groups.map(({ name }) => name).join(', ') || 'none'}`
    throw new BadInput(`Nothing to compare: no group of tasks is in both. ${list(control)}; ${list(treatment)}`)
  }
  return common
}

function compareGroup(group: string, control: readonly Outcome[], treatment: readonly Outcome[], { seed, margin }: How): ComparedGroup {
  const { pairs, unpaired } = pairOutcomes(control, treatment)
  if (pairs.length === 0) return compareUnpaired(group, control, treatment)
  const { n, clusters, difference, low, high, wins, losses, test, twoSided, minimumDetectableEffect, equivalence } = comparePairs(pairs, {
    seed,
    margin,
  })
  return {
    group,
    n,
    clusters,
    control: rateOf(control, pairs),
    treatment: rateOf(treatment, pairs),
    difference,
    low,
    high,
    paired: {
      wins,
      losses,
      test,
      pValue: twoSided,
      bootstrap: bootstrap(pairs, { seed }),
      minimumDetectableEffect,
      unpaired,
      equivalence,
    },
  }
}

function rateOf(outcomes: readonly Outcome[], pairs?: readonly Paired[]) {
  const shared = pairs && new Set(pairs.map(({ task }) => task))
  const { rate, low, high } = rateInterval(shared ? outcomes.filter(({ task }) => shared.has(task)) : outcomes)
  return { rate, low, high }
}

/**
 * Other tasks in each arm, as when every round draws fresh ones: Newcombe's square-and-add interval (1998b, method 10) from the two arms'
 * own.
 */
function compareUnpaired(group: string, a: readonly Outcome[], b: readonly Outcome[]): ComparedGroup {
  const control = rateOf(a)
  const treatment = rateOf(b)
  const difference = treatment.rate - control.rate
  return {
    group,
    n: Math.min(a.length, b.length),
    clusters: new Set([...a, ...b].map(({ cluster }) => cluster)).size,
    control,
    treatment,
    difference,
    low: difference - Math.hypot(treatment.rate - treatment.low, control.high - control.rate),
    high: difference + Math.hypot(treatment.high - treatment.rate, control.rate - control.low),
    paired: null,
  }
}
