import { points, showP } from '@whetstone/core'
import { confidenceSequence, logBettingValue, summarizePairs, type Paired } from '@whetstone/statistics'

/**
 * Whether the candidate's attempts may end: the betting value of its whole clusters so far has reached 1/alpha (better), or the 90%
 * confidence sequence lies below the gain that is worth having (futile). Null: go on. Looking costs nothing: both hold at every moment at
 * once.
 */
export function stopEarly(pairs: readonly Paired[], { alpha, worth }: { alpha: number; worth: number }): string | null {
  const { clusters, n } = summarizePairs(pairs)
  if (n === 0) return null
  const log = logBettingValue(clusters)
  if (log >= -Math.log(alpha)) return `better: betting value ${showP(Math.exp(-log))} <= ${showP(alpha)} after ${n} tasks`
  const { high } = confidenceSequence(clusters, 0.05)
  return high < worth ? `futile: after ${n} tasks a gain of ${points(worth).slice(1)} points is ruled out` : null
}

/** The test and the interval of a comparison that might have been stopped at any moment. */
export function bettingTest(pairs: readonly Paired[]): { test: string; greater: number; low: number; high: number } {
  const { clusters, clustered } = summarizePairs(pairs)
  return {
    test: `betting value over ${clustered ? 'clusters' : 'tasks'}`,
    greater: Math.min(1, Math.exp(-logBettingValue(clusters))),
    ...confidenceSequence(clusters),
  }
}
