import { binomialProbability, binomialTail } from './binomial.ts'

/** Smallest number of wins among m discordant tasks at which the one-sided exact test rejects; m + 1 where it never does. */
export function criticalWins(m: number, alpha: number): number {
  let tail = 0
  let wins = m + 1
  while (wins > 0) {
    tail += binomialProbability(wins - 1, m, 0.5)
    if (tail > alpha) return wins
    wins--
  }
  return 0
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
