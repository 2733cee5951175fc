import { random } from '@whetstone/core'
import type { Interval } from './wilson.ts'

/** What a unit (a cluster, or a task of several attempts) gained: the sum of its tasks' differences, and how many tasks it has. */
export type Unit = { sum: number; size: number }

/**
 * The interval of the mean difference a task that belongs to the sign-flip test: all shifts d for which the test of `sum - d size` does not
 * reject. Flipping a set of units carries the test's sum past the observed one exactly where the set's own mean is below d, so the ends are
 * order statistics of the means of random sets of units (Hartigan 1969, typical values): exact for symmetric differences, whatever the
 * number of draws. Where no unit differs it is a point: the caller sees to that. `tail` is the error allowed at each end.
 */
export function signFlipInterval(units: readonly Unit[], options: { seed: number; tail: number; draws?: number }): Interval {
  const { seed, tail, draws = 3999 } = options
  // g units have 2^g sign patterns: under that no shift can be refused
  if (2 ** -units.length > tail) return { low: -1, high: 1 }
  const sums = Float64Array.from(units, (unit) => unit.sum)
  const sizes = Float64Array.from(units, (unit) => unit.size)
  const means = new Float64Array(draws)
  const next = random(seed)
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0
    let size = 0
    let bits = 0
    for (let i = 0; i < units.length; i++) {
      if (i % 30 === 0) bits = Math.floor(next() * 2 ** 30)
      if ((bits >> (i % 30)) & 1) {
        sum += sums[i] as number
        size += sizes[i] as number
      }
    }
    means[draw] = size === 0 ? 0 : sum / size
  }
  means.sort()
  const rank = Math.max(1, Math.floor(tail * (draws + 1)))
  return { low: means[rank - 1] as number, high: means[draws - rank] as number }
}
