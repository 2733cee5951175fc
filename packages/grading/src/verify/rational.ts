/** An exact fraction: numerator over a positive denominator, in lowest terms. */
export type Rational = { readonly n: bigint; readonly d: bigint }

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

/** n/d in lowest terms, or null for a zero denominator. */
export function rational(n: bigint, d = 1n): Rational | null {
  if (d === 1n) return { n, d }
  if (d === 0n) return null
  const shared = gcd(n, d)
  const sign = d < 0n ? -1n : 1n
  return { n: (sign * n) / shared, d: (sign * d) / shared }
}

export const add = (a: Rational, b: Rational): Rational =>
  a.d === 1n && b.d === 1n ? { n: a.n + b.n, d: 1n } : (rational(a.n * b.d + b.n * a.d, a.d * b.d) as Rational)
export const multiply = (a: Rational, b: Rational): Rational =>
  a.d === 1n && b.d === 1n ? { n: a.n * b.n, d: 1n } : (rational(a.n * b.n, a.d * b.d) as Rational)
export const divide = (a: Rational, b: Rational) => rational(a.n * b.d, a.d * b.n)
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d })
export const sameRational = (a: Rational, b: Rational) => a.n === b.n && a.d === b.d

/** The nearest double; also right where numerator and denominator are each beyond a double's range. */
export function toNumber({ n, d }: Rational): number {
  const direct = Number(n) / Number(d)
  if (Number.isFinite(direct) && (direct !== 0 || n === 0n)) return direct
  const shift = d.toString(2).length - n.toString(2).length
  const [scaled, rest] = shift > 0 ? [n << BigInt(shift), d] : [n, d << BigInt(-shift)]
  return (Number((scaled << 64n) / rest) / 2 ** 64) * 2 ** -shift
}

/** Binary digits, those of a minus sign counted as toString does. */
const bitsOf = (n: bigint) => (n > -0x100000000n && n < 0x100000000n ? Number(n).toString(2).length : n.toString(2).length)

/** a^exponent for a whole exponent, or null where that is undefined or would have more than 4096 bits (or as many as are said). */
export function power(a: Rational, exponent: bigint, most = 4096): Rational | null {
  if (exponent < 0n) return a.n === 0n ? null : power({ n: a.n < 0n ? -a.d : a.d, d: a.n < 0n ? -a.n : a.n }, -exponent, most)
  if (exponent > BigInt(most)) return null
  const bits = Math.max(bitsOf(a.n), bitsOf(a.d)) - 1
  if (bits * Number(exponent) > most) return null
  return { n: a.n ** exponent, d: a.d ** exponent }
}

/** Reads `-12`, `3.50`, `.5`, `7.`: digits and at most one point; null for anything else. */
export function parseDecimal(text: string): Rational | null {
  const match = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (!match) return null
  const [, sign, whole = '', part = ''] = match
  if (whole === '' && part === '') return null
  const n = BigInt(whole + part)
  return rational(sign === '-' ? -n : n, 10n ** BigInt(part.length))
}

/**
 * Whether `decimal`, written with `places` digits after the point, is `exact` rounded to those places (a half away from zero or to even).
 */
export function isRounding(decimal: Rational, places: number, exact: Rational): boolean {
  const unit = 10n ** BigInt(places)
  const twiceGap = 2n * (exact.n * unit * decimal.d - decimal.n * unit * exact.d)
  const one = exact.d * decimal.d
  if (twiceGap !== one && twiceGap !== -one) return -one < twiceGap && twiceGap < one
  const isAway = twiceGap < 0n === decimal.n > 0n
  return isAway || ((decimal.n * unit) / decimal.d) % 2n === 0n
}
