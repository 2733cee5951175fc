/** A complex number in doubles: real and imaginary part. */
export type Complex = readonly [number, number]

export const real = (x: number): Complex => [x, 0]
export const plus = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]]
export const times = (a: Complex, b: Complex): Complex =>
  a[1] === 0 && b[1] === 0 ? [a[0] * b[0], 0] : [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
export function over(a: Complex, b: Complex): Complex {
  if (b[1] === 0) return [a[0] / b[0], a[1] === 0 ? 0 : a[1] / b[0]]
  const size = b[0] * b[0] + b[1] * b[1]
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size]
}
export const size = (a: Complex) => Math.hypot(a[0], a[1])
export const isFiniteComplex = (a: Complex) => Number.isFinite(a[0]) && Number.isFinite(a[1])

/** e^a. */
export const exponential = (a: Complex): Complex =>
  a[1] === 0 ? [Math.exp(a[0]), 0] : [Math.exp(a[0]) * Math.cos(a[1]), Math.exp(a[0]) * Math.sin(a[1])]
/** The principal natural logarithm. */
export const logarithm = (a: Complex): Complex => [Math.log(size(a)), Math.atan2(a[1], a[0])]

/** The principal power; an odd root of a negative real is not real here, as usual with complex numbers. */
export function raise(a: Complex, b: Complex): Complex {
  if (b[1] === 0 && Number.isInteger(b[0]) && Math.abs(b[0]) <= 64) return integerPower(a, b[0])
  if (a[1] === 0 && b[1] === 0 && (a[0] >= 0 || Number.isInteger(b[0]))) return [a[0] ** b[0], 0]
  if (size(a) === 0) return b[0] > 0 ? [0, 0] : [NaN, NaN]
  return exponential(times(b, logarithm(a)))
}

function integerPower(a: Complex, exponent: number): Complex {
  if (a[1] === 0) return [a[0] ** exponent, 0]
  let [result, base, left]: [Complex, Complex, number] = [real(1), a, Math.abs(exponent)]
  for (; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = times(result, base)
    base = times(base, base)
  }
  return exponent < 0 ? over(real(1), result) : result
}

export const sine = (a: Complex): Complex =>
  a[1] === 0 ? [Math.sin(a[0]), 0] : [Math.sin(a[0]) * Math.cosh(a[1]), Math.cos(a[0]) * Math.sinh(a[1])]
export const cosine = (a: Complex): Complex =>
  a[1] === 0 ? [Math.cos(a[0]), 0] : [Math.cos(a[0]) * Math.cosh(a[1]), -Math.sin(a[0]) * Math.sinh(a[1])]
