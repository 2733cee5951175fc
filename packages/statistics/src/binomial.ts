import { logGamma } from './log-gamma.ts'

const logFactorials: number[] = []
/** ln n!, kept once it is known: power calculations ask for the same ones a million times. */
function logFactorial(n: number): number {
  return (logFactorials[n] ??= logGamma(n + 1))
}

/** Natural logarithm of the binomial coefficient n over k. */
export const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/** P(X = k) for X ~ Binomial(n, p). */
export function binomialProbability(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0
  if (p === 0) return k === 0 ? 1 : 0
  if (p === 1) return k === n ? 1 : 0
  return Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p))
}

/** P(X >= k) for X ~ Binomial(n, p), summed exactly from the largest term of the smaller tail. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n || p === 0) return 0
  if (p === 1) return 1
  if (k <= n * p) return 1 - lowerTail(k - 1, n, p)
  return lowerTail(n - k, n, 1 - p)
}

/** P(X <= k) for k below the mean, where the terms fall from k downwards. */
function lowerTail(k: number, n: number, p: number): number {
  let term = binomialProbability(k, n, p)
  let sum = 0
  for (let i = k; i >= 0 && term > sum * 1e-17; i--) {
    sum += term
    term *= (i / (n - i + 1)) * ((1 - p) / p)
  }
  return Math.min(1, sum)
}
