import { designEffect } from './design-effect.ts'
import { mcnemarInterval } from './mcnemar-interval.ts'
import { minimumDetectableEffect } from './minimum-detectable-effect.ts'
import { pairedTest } from './paired-test.ts'
import { type Paired, summarizePairs } from './paired.ts'
import { signFlipInterval, type Unit } from './sign-flip-interval.ts'
import type { Interval } from './wilson.ts'

/** How far an end stands off zero where the test says that there is a difference. */
const hair = 1e-9

export type CompareOptions = {
  /** Of the sign flips that are drawn. */
  seed: number
  /** Of the interval. */
  confidence?: number
  /** One-sided level: of the bounds against the margin, and of the smallest gain that would be found. */
  alpha?: number
  /** A difference too small to matter, a fraction: asks whether the two are equivalent within it. */
  margin?: number
}

/** Treatment minus control on the same tasks. Rates and differences are fractions. */
export type PairedComparison = {
  n: number
  clusters: number
  controlRate: number
  treatmentRate: number
  difference: number
  /** Leaves out zero exactly when `twoSided` is at most 1 - confidence. */
  low: number
  high: number
  /** Tasks that did better, and worse, under the treatment. */
  wins: number
  losses: number
  /** The test's name without its side, e.g. `exact McNemar`. */
  test: string
  /** Chance alone gives a difference at least this good; at least this bad; at least this large. */
  greater: number
  less: number
  twoSided: number
  /** True gains under this would be missed more than one time in five; 1 where no gain can be found. */
  minimumDetectableEffect: number
  /** One-sided bounds, each at level alpha, against the margin; null where none was named. */
  equivalence: { margin: number; low: number; high: number; notWorse: boolean; equivalent: boolean } | null
}

/**
 * The one paired comparison of Whetstone: test and interval are two views of one method, so that they never disagree about zero.
 *
 * - One attempt a task, each task its own cluster: exact McNemar and the interval melded from it.
 * - Several attempts a task: sign-flip permutation of the tasks' mean differences; tasks that share clusters (templates, keys): of the
 *   clusters' sums, since tasks of one cluster rise and fall together. The interval is the test's own inversion.
 *
 * Equivalence is two one-sided tests (Schuirmann 1987): both bounds within the margin.
 */
export function comparePairs(pairs: readonly Paired[], options: CompareOptions): PairedComparison {
  const { confidence = 0.95, alpha = 0.025, margin, seed } = options
  const { n, clusters, clustered, binary, controlRate, treatmentRate, difference, wins, losses, discordance } = summarizePairs(pairs)
  const plain = !clustered && binary
  const test = pairedTest(pairs, { seed })
  const moved = movement(pairs)
  const effect = plain || n === 0 ? 1 : effectOf(pairs, clusters, { ...moved, clustered })
  const bounds = (tail: number): Interval => {
    if (n === 0) return { low: -1, high: 1 }
    const exact = effectiveInterval({ ...moved, n }, effect, tail)
    const own = plain ? exact : signFlipInterval(clusters, { seed, tail })
    // the ends are numerical, the test is not: it has the last word about zero
    return {
      low: test.greater <= tail ? Math.max(Math.min(own.low, exact.low), hair) : Math.min(own.low, exact.low, 0),
      high: test.less <= tail ? Math.min(Math.max(own.high, exact.high), -hair) : Math.max(own.high, exact.high, 0),
    }
  }
  const at = margin === undefined ? null : bounds(alpha)
  return {
    n,
    clusters: clusters.length,
    controlRate,
    treatmentRate,
    difference,
    ...bounds((1 - confidence) / 2),
    wins,
    losses,
    ...test,
    // the sign-flip test over g units cannot go below 2^-g
    minimumDetectableEffect: n === 0 || 2 ** -clusters.length > alpha ? 1 : minimumDetectableEffect({ n: n / effect, discordance, alpha }),
    equivalence:
      at && margin !== undefined ? { margin, ...at, notWorse: at.low > -margin, equivalent: at.low > -margin && at.high < margin } : null,
  }
}

/** Sums of what got better and of what got worse, in tasks. */
function movement(pairs: readonly Paired[]) {
  let gained = 0
  let lost = 0
  for (const { control, treatment } of pairs) {
    gained += Math.max(0, treatment - control)
    lost += Math.max(0, control - treatment)
  }
  return { gained, lost }
}

/** The exact interval of as many independent tasks as these are worth, rounded outwards. */
function effectiveInterval({ gained, lost, n }: { gained: number; lost: number; n: number }, effect: number, tail: number): Interval {
  const size = Math.max(1, Math.floor(n / effect))
  const most = (tasks: number) => Math.min(size, Math.round(tasks / effect))
  const wins = most(gained)
  const losses = Math.min(size - wins, most(lost))
  return mcnemarInterval(wins, losses, size, tail)
}

function effectOf(
  pairs: readonly Paired[],
  units: readonly Unit[],
  { gained, lost, clustered }: { gained: number; lost: number; clustered: boolean },
): number {
  // a fold: more than about 120,000 arguments are too many for a call
  const attempts = pairs.reduce((least, pair) => Math.min(least, pair.attempts), Infinity)
  return designEffect(units, { n: pairs.length, gained, lost, floor: clustered || attempts === 0 ? 1 : 1 / attempts })
}
