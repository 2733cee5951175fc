import { normalQuantile } from './normal.ts'

export type Interval = { low: number; high: number }

/**
 * Wilson's score interval for a rate (Wilson 1927; Newcombe 1998a, method 3). `passed` of `n`; both may be effective, that is fractional,
 * counts. With nothing attempted it is all of [0, 1].
 */
export function wilson(passed: number, n: number, confidence = 0.95): Interval {
  if (!(n >= 0 && passed >= 0 && passed <= n)) throw new RangeError(`wilson: ${passed} of ${n} is no rate`)
  if (n === 0) return { low: 0, high: 1 }
  return scoreInterval(passed, n, normalQuantile((1 + confidence) / 2))
}

/** The same with a given quantile, e.g. Student's for few clusters. */
export function scoreInterval(passed: number, n: number, z: number): Interval {
  const rate = passed / n
  const centre = rate + (z * z) / (2 * n)
  const spread = z * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return { low: passed === 0 ? 0 : (centre - spread) / scale, high: passed === n ? 1 : (centre + spread) / scale }
}
