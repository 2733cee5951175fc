/** An exact fraction in lowest terms, denominator positive. */
export type Rational = { readonly n: bigint; readonly d: bigint }

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b))

/** n/d in lowest terms, or null for a zero denominator. */
export function ratio(n: bigint, d = 1n): Rational | null {
  if (d === 0n) return null
  const divisor = gcd(n, d) * (d < 0n ? -1n : 1n)
  return { n: n / divisor, d: d / divisor }
}

/** Reads digits with an optional point and exponent, e.g. `12`, `.5`, `1.20e-3`. */
export function decimal(text: string): Rational | null {
  const [, whole = '', part = '', exponent = '0'] = /^(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text) ?? []
  if (whole + part === '' || text.length > 200) return null
  const shift = part.length - Number(exponent)
  const digits = BigInt(whole + part)
  return shift >= 0 ? ratio(digits, 10n ** BigInt(shift)) : ratio(digits * 10n ** BigInt(-shift))
}

/** Digits allowed in the result of a power or factorial: beyond that nobody hides an answer. */
const maxDigits = 120

export const arithmetic: Record<'+' | '-' | '*' | '/' | '^', (a: Rational, b: Rational) => Rational | null> = {
  '+': (a, b) => ratio(a.n * b.d + b.n * a.d, a.d * b.d),
  '-': (a, b) => ratio(a.n * b.d - b.n * a.d, a.d * b.d),
  '*': (a, b) => ratio(a.n * b.n, a.d * b.d),
  '/': (a, b) => ratio(a.n * b.d, a.d * b.n),
  '^': (a, b) => {
    if (b.d === 2n && b.n === 1n) return squareRoot(a)
    const size = b.n < 0n ? -b.n : b.n
    if (b.d !== 1n || size > 400n || Number(size) * Math.max(a.n.toString().length, a.d.toString().length) > maxDigits) return null
    return b.n < 0n ? ratio(a.d ** size, a.n ** size) : ratio(a.n ** size, a.d ** size)
  },
}

/** The exact square root, or null where it is irrational. */
export function squareRoot({ n, d }: Rational): Rational | null {
  const root = (square: bigint): bigint | null => {
    if (square < 0n || square > 10n ** 30n) return null
    let guess = BigInt(Math.round(Math.sqrt(Number(square))))
    while (guess * guess > square) guess--
    while ((guess + 1n) * (guess + 1n) <= square) guess++
    return guess * guess === square ? guess : null
  }
  const [top, bottom] = [root(n), root(d)]
  return top === null || bottom === null ? null : ratio(top, bottom)
}

/** n! for whole n up to 30. */
export function factorial({ n, d }: Rational): Rational | null {
  if (d !== 1n || n < 0n || n > 30n) return null
  let product = 1n
  for (let i = 2n; i <= n; i++) product *= i
  return { n: product, d: 1n }
}

export const equal = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d })
