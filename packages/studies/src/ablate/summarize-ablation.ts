import { holm, studentCdf, studentQuantile } from '@whetstone/statistics'
import type { AblationResult, Cell } from './ablation-result.ts'

/** With fewer seeds an arm's difference is shown, and no claim is made of it. */
export const seedsForClaim = 7

export type Interval = { mean: number; low: number; high: number }
export type ArmSummary = {
  arm: string
  seeds: number
  /** What is served after the last round, mean over levels and then seeds, with the t-interval over seed means; null where one seed has none. */
  outcome: Interval | null
  mean: number
  /** The interval that counts tasks alone: of these seeds, not of others. */
  tasks: Interval
  byTaskset: { taskset: string; mean: number }[]
  promoted: number
  rounds: number
  tokens: number
  /** Against the first arm, paired by seed; p two-sided, after Holm over the arms, null below seven seeds. */
  difference: (Interval & { p: number | null }) | null
  /** Mean outcome by weights and memory, and what each gives alone and together. */
  cells: { weights: Cell['weights']; memory: boolean; mean: number }[]
}

/** One row an arm, in the order of the arms. */
export function summarizeAblation(results: readonly AblationResult[], arms: readonly string[]): ArmSummary[] {
  const of = (arm: string) => results.filter((result) => result.arm === arm).sort((a, b) => a.seed - b.seed)
  const reference = new Map(of(arms[0] as string).map((result) => [result.seed, outcomeOf(servedCell(result))]))
  const rows = arms.map((arm, place) => {
    const own = of(arm)
    const outcomes = own.map((result) => outcomeOf(servedCell(result)))
    const pairs =
      place === 0
        ? []
        : own.flatMap(({ seed }, i) => (reference.has(seed) ? [(outcomes[i] as number) - (reference.get(seed) as number)] : []))
    return { arm, own, outcomes, pairs, test: pairs.length >= 2 ? pairedT(pairs) : null }
  })
  const claimed = rows.filter(({ pairs, test }) => test !== null && pairs.length >= seedsForClaim)
  const adjusted = holm(claimed.map(({ test }) => test?.p ?? 1))
  return rows.map(({ arm, own, outcomes, pairs, test }) => {
    const place = claimed.findIndex((row) => row.arm === arm)
    return {
      arm,
      seeds: own.length,
      mean: meanOf(outcomes),
      outcome: withinRates(tInterval(outcomes)),
      tasks: taskInterval(own),
      byTaskset: byTaskset(own),
      promoted: own.reduce((sum, { promoted }) => sum + promoted.filter(Boolean).length, 0),
      rounds: own.reduce((sum, { promoted }) => sum + promoted.length, 0),
      tokens: meanOf(own.map(({ tokens }) => tokens)),
      difference:
        pairs.length === 0
          ? null
          : {
              ...(tInterval(pairs) ?? { mean: meanOf(pairs), low: -1, high: 1 }),
              p: place < 0 || !test ? null : (adjusted[place] as number),
            },
      cells: cellMeans(own),
    }
  })
}

/** The outcome of each run, for a chart. */
export const seedOutcomes = (results: readonly AblationResult[]): { arm: string; outcome: number }[] =>
  results.map((result) => ({ arm: result.arm, outcome: outcomeOf(servedCell(result)) }))

/** The pair that a run serves at its end. */
const servedCell = ({ cells, deployed }: AblationResult): Cell =>
  cells.find(({ weights, memory }) => weights === 'last' && memory === deployed) ?? (cells.at(-1) as Cell)

/** Mean over levels: each counts alike, however many tasks it has. */
const outcomeOf = ({ levels }: Cell): number => meanOf(levels.map(({ n, passed }) => passed / Math.max(1, n)))

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length

function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length)
}

/** The 95% t-interval of a mean over seeds; null with fewer than two. */
export function tInterval(values: readonly number[]): Interval | null {
  if (values.length < 2) return null
  const mean = meanOf(values)
  const half = studentQuantile(0.975, values.length - 1) * spreadOf(values)
  return { mean, low: mean - half, high: mean + half }
}

/** Few seeds give intervals that reach beyond what a share can be. */
const withinRates = (interval: Interval | null): Interval | null =>
  interval && { ...interval, low: Math.max(0, interval.low), high: Math.min(1, interval.high) }

/** Two-sided paired t-test of differences by seed. */
export function pairedT(differences: readonly number[]): { t: number; p: number } {
  const spread = spreadOf(differences)
  const mean = meanOf(differences)
  if (spread === 0) return { t: mean === 0 ? 0 : Infinity, p: mean === 0 ? 1 : 0 }
  const t = mean / spread
  return { t, p: 2 * (1 - studentCdf(Math.abs(t), differences.length - 1)) }
}

/** Normal interval of the mean over levels, tasks drawn anew and seeds as they are. */
function taskInterval(own: readonly AblationResult[]): Interval {
  const cells = own.map(servedCell)
  const mean = meanOf(cells.map(outcomeOf))
  const variance = cells.reduce((sum, { levels }) => {
    const level = levels.reduce((total, { n, passed }) => total + ((passed / n) * (1 - passed / n)) / n, 0)
    return sum + level / levels.length ** 2
  }, 0)
  const half = 1.96 * (Math.sqrt(variance) / Math.max(1, cells.length))
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) }
}

function byTaskset(own: readonly AblationResult[]): ArmSummary['byTaskset'] {
  const levels = own.map(servedCell).flatMap((cell) => cell.levels)
  return [...Map.groupBy(levels, ({ taskset }) => taskset)].map(([taskset, some]) => ({
    taskset,
    mean: meanOf(some.map(({ n, passed }) => passed / Math.max(1, n))),
  }))
}

function cellMeans(own: readonly AblationResult[]): ArmSummary['cells'] {
  const all = own.flatMap(({ cells }) => cells)
  return [...Map.groupBy(all, ({ weights, memory }) => `${weights} ${memory}`).values()].map((some) => {
    const { weights, memory } = some[0] as Cell
    return { weights, memory, mean: meanOf(some.map(outcomeOf)) }
  })
}
