import type { Unit } from './sign-flip-interval.ts'
import type { Interval } from './wilson.ts'

/** Shares of the capital that are staked on each unit, in equal parts: small ones find small gains, large ones large ones. */
const stakes = [0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95]

/**
 * The capital of a gambler who stakes on every unit (cluster, task) that the treatment gains more than `shift` a task, from 1, averaged over
 * several {@link stakes}: an e-value that may be looked at after any unit (Waudby-Smith & Ramdas 2023, hedged capital; Ville's inequality).
 * If the mean difference is `shift` or less, it ever reaches 1 / alpha with chance alpha at most. Natural logarithm.
 */
export function logBettingValue(units: readonly Unit[], shift = 0): number {
  const largest = units.reduce((most, { size }) => Math.max(most, size), 1)
  const scale = 1 / (largest * (1 + Math.abs(shift)))
  const logs = stakes.map((stake) => {
    let log = 0
    for (const { sum, size } of units) log += Math.log1p(stake * (sum - shift * size) * scale)
    return log
  })
  const top = Math.max(...logs)
  return top + Math.log(logs.reduce((total, log) => total + Math.exp(log - top), 0) / logs.length)
}

/** All mean differences that the gambler has not ruled out: holds at every moment at once with chance 1 - 2 tail, so stopping when one likes costs nothing. */
export function confidenceSequence(units: readonly Unit[], tail = 0.025): Interval {
  const end = (side: readonly Unit[]) => {
    let low = -1
    let high = 1
    for (let i = 0; i < 30; i++) {
      const middle = (low + high) / 2
      if (logBettingValue(side, middle) >= -Math.log(tail)) low = middle
      else high = middle
    }
    return low
  }
  return { low: end(units), high: -end(units.map(({ sum, size }) => ({ sum: -sum, size }))) }
}
