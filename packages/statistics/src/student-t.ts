/**
 * P(T <= t) for Student's t with a whole number of degrees of freedom: the finite trigonometric sums of Abramowitz & Stegun 26.7.3 and
 * 26.7.4.
 */
export function studentCdf(t: number, df: number): number {
  const angle = Math.atan(t / Math.sqrt(df))
  const cosine = Math.cos(angle)
  const odd = df % 2 === 1
  let term = odd ? cosine : 1
  let sum = df === 1 ? 0 : term
  for (let i = odd ? 3 : 2; i <= df - 2; i += 2) {
    term *= (cosine * cosine * (i - 1)) / i
    sum += term
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
  return 0.5 + within / 2
}

/** The t with P(T <= t) = p for df degrees of freedom (a whole number from 1), by bisection. */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`studentQuantile: p must lie between 0 and 1, not ${p}`)
  if (p < 0.5) return -studentQuantile(1 - p, df)
  let low = 0
  let high = 1
  while (studentCdf(high, df) < p && high < 1e12) high *= 2
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (studentCdf(middle, df) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
