import { normalQuantile } from './normal.ts'
import type { Interval } from './wilson.ts'

/**
 * Tango's score interval for the difference of paired rates, (wins - losses) / n (Tango 1998, Stat. Med. 17:891). Right with zero
 * discordant pairs, where it is -z²/(n + z²) to z²/(n + z²). The lower end of the 90% interval is the one-sided 95% bound. Counts may be
 * effective, that is fractional.
 */
export function tango(wins: number, losses: number, n: number, confidence = 0.95): Interval {
  return tangoInterval(wins, losses, n, normalQuantile((1 + confidence) / 2))
}

/** The same with a given quantile, e.g. Student's for few clusters. */
export function tangoInterval(wins: number, losses: number, n: number, z: number): Interval {
  if (!(wins >= 0 && losses >= 0 && wins + losses <= n * (1 + 1e-9)))
    throw new RangeError(`tango: ${wins} wins and ${losses} losses of ${n} tasks`)
  if (n === 0) return { low: -1, high: 1 }
  const low = lowerEnd(wins, losses, n, z)
  const high = -lowerEnd(losses, wins, n, z)
  return { low, high }
}

/** The smallest difference that the score test does not reject: bisection, since the score falls as the difference grows. */
function lowerEnd(wins: number, losses: number, n: number, z: number): number {
  let low = -1
  let high = (wins - losses) / n
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (score(middle, wins, losses, n) > z) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Standardized distance of the observed difference from `difference`, its variance at the likelihood's maximum under that restriction. */
function score(difference: number, wins: number, losses: number, n: number): number {
  const b = -wins - losses + (2 * n - wins + losses) * difference
  const c = -losses * difference * (1 - difference)
  const loss = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n)
  const variance = n * (2 * loss + difference * (1 - difference))
  const distance = wins - losses - n * difference
  return variance <= 0 ? (distance > 0 ? Infinity : 0) : distance / Math.sqrt(variance)
}
