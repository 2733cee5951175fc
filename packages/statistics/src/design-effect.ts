import type { Unit } from './sign-flip-interval.ts'

/**
 * What is assumed of a cluster before any discordant task is seen: this correlation within it, with the weight of so many discordant tasks.
 */
const prior = { correlation: 0.2, weight: 2 }

/**
 * Variance of the mean difference over that of as many independent one-attempt tasks: above 1 when clusters move together, below 1 when
 * several attempts a task steady the means. Cluster-robust (Rao & Scott 1992); a handful of discordant tasks says little about how clusters
 * move together, so it is drawn towards a prior. `gained` and `lost` are sums over tasks, `floor` the least that can be meant.
 */
export function designEffect(
  units: readonly Unit[],
  { n, gained, lost, floor }: { n: number; gained: number; lost: number; floor: number },
): number {
  if (units.length === 1) return n
  const mean = (gained - lost) / n
  const independent = gained + lost - (gained - lost) ** 2 / n
  const robust = units.reduce((sum, unit) => sum + (unit.sum - unit.size * mean) ** 2, 0) * (units.length / (units.length - 1))
  // Kish: 1 + (m - 1) rho, with m the size of the cluster that a task finds itself in
  const size = units.reduce((sum, unit) => sum + unit.size ** 2, 0) / n
  const expected = 1 + (size - 1) * prior.correlation
  return Math.max(floor, (robust + prior.weight * expected) / (independent + prior.weight))
}
