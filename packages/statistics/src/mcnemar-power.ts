import { binomialProbability, binomialTail } from './binomial.ts'
import { normalQuantile } from './normal.ts'

/** Smallest number of wins among m discordant tasks at which the one-sided exact test rejects; m + 1 where it never does. */
export function criticalWins(m: number, alpha: number): number {
  if (alpha <= 0) return m + 1
  if (alpha >= 1) return 0
  const refused = (wins: number) => binomialTail(wins, m, 0.5) <= alpha * (1 + 1e-12) // a tail of exactly alpha, for one of 0.5, is known to a rounding
  // from where the normal approximation puts it, a step or two
  let wins = Math.min(m, Math.max(0, Math.round(m / 2 - normalQuantile(alpha) * (Math.sqrt(m) / 2))))
  while (wins > 0 && refused(wins - 1)) wins--
  while (wins <= m && !refused(wins)) wins++
  return wins
}

/**
 * Power of the one-sided exact McNemar test on n tasks when each is won with chance `win` and lost with chance `loss`: exact,
 * unconditional, over all numbers of discordant tasks (Duffy 1984).
 */
export function mcnemarPower({ n, win, loss, alpha }: { n: number; win: number; loss: number; alpha: number }): number {
  const discordance = win + loss
  if (discordance <= 0) return 0
  const mean = n * discordance
  const spread = 8 * Math.sqrt(mean * (1 - discordance)) + 8
  let power = 0
  for (let m = Math.max(1, Math.floor(mean - spread)); m <= Math.min(n, Math.ceil(mean + spread)); m++) {
    const chance = binomialProbability(m, n, Math.min(1, discordance))
    if (chance > 1e-14) power += chance * binomialTail(cachedCritical(m, alpha), m, win / discordance)
  }
  return Math.min(1, power)
}

const critical = new Map<string, number>()
function cachedCritical(m: number, alpha: number): number {
  const key = `${m} ${alpha}`
  let wins = critical.get(key)
  if (wins === undefined) {
    if (critical.size > 100_000) critical.clear()
    wins = criticalWins(m, alpha)
    critical.set(key, wins)
  }
  return wins
}
