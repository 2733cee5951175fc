import type { Outcome } from '@whetstone/core'

/**
 * Chance that at least one of k attempts passes, estimated without bias from `passed` of `attempts`: 1 - C(n-c, k) / C(n, k) (Chen et al.
 * 2021, arXiv 2107.03374).
 */
export function passAtK(attempts: number, passed: number, k: number): number {
  if (!(k >= 1 && attempts >= k && passed >= 0 && passed <= attempts))
    throw new RangeError(`passAtK: k = ${k} from ${passed} of ${attempts} attempts`)
  if (attempts - passed < k) return 1
  let allFail = 1
  for (let i = attempts - passed + 1; i <= attempts; i++) allFail *= 1 - k / i
  return 1 - allFail
}

/** Mean of {@link passAtK} over the tasks that were attempted at least k times; null when there are none. */
export function meanPassAtK(outcomes: readonly Outcome[], k: number): number | null {
  const enough = outcomes.filter((outcome) => outcome.attempts >= k)
  if (enough.length === 0) return null
  return enough.reduce((sum, outcome) => sum + passAtK(outcome.attempts, outcome.passed, k), 0) / enough.length
}
