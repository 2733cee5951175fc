import { binomialProbability, binomialTail } from './binomial.ts'

export type McNemar = {
  /** Exact, one-sided: how often chance alone gives at least as many wins. */
  greater: number
  /** Exact, two-sided: twice the smaller tail, at most 1. */
  twoSided: number
  /** Two-sided mid-p (Fagerland, Lydersen & Laake 2013): less conservative, may exceed its level slightly; never used by the gate. */
  midP: number
}

/**
 * The exact McNemar test of paired yes/no outcomes: given the discordant pairs, wins ~ Binomial(wins + losses, 1/2) under the null (McNemar
 * 1947, exact conditional form).
 */
export function mcnemar(wins: number, losses: number): McNemar {
  if (!(Number.isInteger(wins) && Number.isInteger(losses) && wins >= 0 && losses >= 0)) {
    throw new RangeError(`mcnemar: wins and losses must be whole numbers from 0, not ${wins} and ${losses}`)
  }
  const n = wins + losses
  if (n === 0) return { greater: 1, twoSided: 1, midP: 1 }
  const more = Math.max(wins, losses)
  const twoSided = Math.min(1, 2 * binomialTail(more, n, 0.5))
  const midP = wins === losses ? 1 - binomialProbability(wins, n, 0.5) : 2 * binomialTail(more, n, 0.5) - binomialProbability(more, n, 0.5)
  return { greater: binomialTail(wins, n, 0.5), twoSided, midP }
}
