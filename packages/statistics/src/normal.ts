/**
 * P(Z <= z) for the standard normal, to about 15 digits: series near zero, continued fraction in the tails (Abramowitz & Stegun 26.2.11,
 * 26.2.14).
 */
export function normalCdf(z: number): number {
  if (z === -Infinity) return 0
  if (z === Infinity) return 1
  const x = Math.abs(z)
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  if (x < 3) {
    let term = x
    let sum = x
    for (let i = 1; term > sum * 1e-17; i++) {
      term *= (x * x) / (2 * i + 1)
      sum += term
    }
    return z < 0 ? 0.5 - density * sum : 0.5 + density * sum
  }
  let fraction = 0
  for (let i = 120; i > 0; i--) fraction = i / (x + fraction)
  const tail = density / (x + fraction)
  return z < 0 ? tail : 1 - tail
}

/** The z with P(Z <= z) = p, for 0 < p < 1: bisection on {@link normalCdf}, so the two are exact inverses. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normalQuantile: p must lie between 0 and 1, not ${p}`)
  if (p > 0.5) return -normalQuantile(1 - p)
  let low = -39
  let high = 0
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (normalCdf(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
