import { normalQuantile } from './normal.ts'
import { type Paired, summarizePairs } from './paired.ts'
import { studentQuantile } from './student-t.ts'
import { tangoInterval } from './tango.ts'

export type PairedInterval = {
  difference: number
  low: number
  high: number
  /**
   * Variance of the difference over that of as many independent one-attempt tasks: above 1 when clusters move together, below 1 when
   * several attempts a task steady the means.
   */
  designEffect: number
}

/**
 * Interval of the paired difference, treatment minus control. One attempt a task and no shared clusters: Tango's score interval. Otherwise
 * the same at the effective sample size n / design effect (Rao & Scott 1992), the design effect from the cluster-robust variance, with
 * Student's quantile at clusters - 1 degrees of freedom. So it never shrinks to a point when no task is discordant, as bootstrap and Wald
 * intervals do.
 */
export function pairedInterval(pairs: readonly Paired[], confidence = 0.95): PairedInterval {
  const { n, difference, clustered, binary, clusters } = summarizePairs(pairs)
  if (n === 0) return { difference: 0, low: -1, high: 1, designEffect: 1 }
  const p = (1 + confidence) / 2
  let gained = 0
  let lost = 0
  for (const { control, treatment } of pairs) {
    gained += Math.max(0, treatment - control)
    lost += Math.max(0, control - treatment)
  }
  if (!clustered && binary) return { difference, ...tangoInterval(gained, lost, n, normalQuantile(p)), designEffect: 1 }
  if (clusters.length === 1) return { difference, low: -1, high: 1, designEffect: n }
  const attempts = Math.min(...pairs.map((pair) => pair.attempts))
  const designEffect = estimateDesignEffect(clusters, { n, gained, lost, floor: clustered || attempts === 0 ? 1 : 1 / attempts })
  const effective = n / designEffect
  const z = studentQuantile(p, clusters.length - 1)
  return { difference, ...tangoInterval(gained / designEffect, lost / designEffect, effective, z), designEffect }
}

/**
 * What is assumed of a cluster before any discordant task is seen: this correlation within it, with the weight of so many discordant tasks.
 */
const prior = { correlation: 0.2, weight: 2 }

/**
 * Cluster-robust variance of the mean difference over the binomial one. A handful of discordant tasks says little about how clusters move
 * together, and none says nothing, so the estimate is drawn towards the {@link prior}: without it, simulated error rates reach twice the
 * nominal ones where losses are rare and clusters move as one.
 */
function estimateDesignEffect(
  clusters: readonly { sum: number; size: number }[],
  { n, gained, lost, floor }: { n: number; gained: number; lost: number; floor: number },
): number {
  const mean = (gained - lost) / n
  const independent = gained + lost - (gained - lost) ** 2 / n
  const robust =
    clusters.reduce((sum, cluster) => sum + (cluster.sum - cluster.size * mean) ** 2, 0) * (clusters.length / (clusters.length - 1))
  // Kish: 1 + (m - 1) rho, with m the size of the cluster that a task finds itself in
  const size = clusters.reduce((sum, cluster) => sum + cluster.size ** 2, 0) / n
  const expected = 1 + (size - 1) * prior.correlation
  return Math.max(floor, (robust + prior.weight * expected) / (independent + prior.weight))
}
