import { Decimal } from 'decimal.js'
import type { ExactPoint } from './exact-value.ts'
import { madeUp } from './value.ts'

/** A complex number to many digits; its absolute error is at most 10^error. */
export type Precise = { re: Decimal; im: Decimal; error: number }

/** `spread`: digits between the largest and the smallest term of a sum. */
export type Work = { D: typeof Decimal; digits: number; point: ExactPoint; spread: number }

const contexts = new Map<number, typeof Decimal>()
export function contextOf(digits: number): typeof Decimal {
  let context = contexts.get(digits)
  if (!context) {
    context = Decimal.clone({ precision: digits + 10, maxE: 9e15, minE: -9e15, defaults: true })
    contexts.set(digits, context)
  }
  return context
}

export const log = (x: Decimal) => (x.isZero() ? -Infinity : x.e + 1)
export const sizeOf = ({ re, im }: Precise) => (im.isZero() ? re.abs() : re.times(re).plus(im.times(im)).sqrt())
export const magnitude = (x: Precise) => (x.im.isZero() ? log(x.re) : Math.max(log(x.re), log(x.im)))
export const distance = (a: Precise, b: Precise) => sizeOf({ re: a.re.minus(b.re), im: a.im.minus(b.im), error: 0 })
/** Whether a value may be zero for all its error tells. */
export const mayVanish = (x: Precise) => magnitude(x) <= x.error + 2

export function made(work: Work, re: Decimal, im: Decimal, error: number): Precise {
  const value = { re, im, error }
  return { ...value, error: Math.max(error + 0.3, magnitude(value) - work.digits) }
}
export const whole = (work: Work, x: number | string | Decimal): Precise => made(work, new work.D(x), new work.D(0), -Infinity)

const constants = new Map<string, Decimal>()
export function constant({ D, digits }: Work, name: 'pi' | 'e'): Precise {
  const key = `${name}${digits}`
  const known = constants.get(key) ?? (name === 'pi' ? D.acos(-1) : D.exp(1))
  constants.set(key, known)
  return { re: known, im: new D(0), error: 1 - digits }
}

/** An unknown function has a made-up value that depends on its name and arguments alone. */
export function unknown(name: string, values: Precise[], work: Work): Precise {
  return whole(
    work,
    madeUp(
      name,
      values.map(({ re, im }) => `${re.toSD(30)},${im.toSD(30)}`),
    ),
  )
}

export const minus = (a: Precise): Precise => ({ re: a.re.neg(), im: a.im.isZero() ? a.im : a.im.neg(), error: a.error })
export function add(work: Work, ...values: Precise[]): Precise {
  const sizes = values.map(magnitude).filter(Number.isFinite)
  if (sizes.length > 1)
    work.spread = Math.max(work.spread, Math.max(...sizes) - Math.min(...sizes.filter((_, i) => !mayVanish(values[i] as Precise))))
  if (!Number.isFinite(work.spread)) work.spread = 0
  const [re, im] = [values.reduce((sum, x) => sum.plus(x.re), new work.D(0)), values.reduce((sum, x) => sum.plus(x.im), new work.D(0))]
  return made(work, re, im, Math.max(...values.map((x) => x.error), Math.max(...sizes, -Infinity) - work.digits) + 0.3)
}
export function multiply(work: Work, ...values: Precise[]): Precise {
  return values.reduce((a, b) => {
    const error = Math.max(a.error + magnitude(b), b.error + magnitude(a), a.error + b.error) + 0.3
    if (a.im.isZero() && b.im.isZero()) return made(work, a.re.times(b.re), new work.D(0), error)
    return made(
      work,
      a.re.times(b.re).minus(a.im.times(b.im)),
      a.re.times(b.im).plus(a.im.times(b.re)),
      Math.max(error, magnitude(a) + magnitude(b) - work.digits),
    )
  })
}
export function divide(work: Work, a: Precise, b: Precise | undefined): Precise | null {
  if (!b || mayVanish(b)) return null
  const size = magnitude(b)
  const error = Math.max(a.error - size, b.error + magnitude(a) - 2 * size) + 2.3
  if (b.im.isZero()) return made(work, a.re.div(b.re), a.im.isZero() ? a.im : a.im.div(b.re), error)
  const square = b.re.times(b.re).plus(b.im.times(b.im))
  const re = a.re.times(b.re).plus(a.im.times(b.im)).div(square)
  const im = a.im.times(b.re).minus(a.re.times(b.im)).div(square)
  return made(work, re, im, Math.max(error, magnitude(a) - size + 1 - work.digits))
}
export function exponential(work: Work, a: Precise): Precise | null {
  if (a.error > -5) return null
  const growth = work.D.exp(a.re)
  if (a.im.isZero()) return made(work, growth, a.im, log(growth) + a.error)
  return made(
    work,
    growth.times(work.D.cos(a.im)),
    growth.times(work.D.sin(a.im)),
    log(growth) + Math.max(a.error, log(a.im) - work.digits),
  )
}
export function logarithm(work: Work, a: Precise): Precise | null {
  if (mayVanish(a)) return null
  const error = a.error - magnitude(a) + 1
  if (a.im.isZero() && a.re.isPositive()) return made(work, work.D.ln(a.re), a.im, error)
  return made(work, work.D.ln(sizeOf(a)), work.D.atan2(a.im, a.re), error)
}
/** The principal power; whole exponents by repeated squaring where the base is not a positive real. */
export function raise(work: Work, a: Precise, b: Precise | undefined): Precise | null {
  if (!b) return null
  const isWhole = b.im.isZero() && b.re.isInteger() && b.error <= magnitude(b) - work.digits + 1
  if (a.im.isZero() && a.re.isZero()) return b.im.isZero() && b.re.isPositive() && !b.re.isZero() ? a : null
  if (isWhole && b.re.isZero()) return whole(work, 1)
  if (a.im.isZero() && (isWhole || a.re.isPositive()) && b.im.isZero()) {
    if (mayVanish(a) && b.re.isNegative()) return null
    const result = work.D.pow(a.re, b.re)
    const relative =
      Math.max(a.error - magnitude(a) + magnitude(b), b.error + Math.log10(2.31 * (Math.abs(a.re.e) + 1)), magnitude(b) + 1 - work.digits) +
      1
    return result.isFinite() && !result.isZero() ? made(work, result, new work.D(0), log(result) + relative) : null
  }
  if (isWhole && b.re.abs().lte(64)) {
    let result = whole(work, 1)
    for (let i = 0; i < b.re.abs().toNumber(); i++) result = multiply(work, result, a)
    return b.re.isNegative() ? divide(work, whole(work, 1), result) : result
  }
  const power = logarithm(work, a)
  return power && exponential(work, multiply(work, b, power))
}
export function sine(work: Work, a: Precise): Precise | null {
  if (a.error > -5) return null
  const error = Math.max(a.error, magnitude(a) - work.digits)
  if (a.im.isZero()) return made(work, work.D.sin(a.re), a.im, error)
  const [sinh, cosh] = [work.D.sinh(a.im), work.D.cosh(a.im)]
  return made(work, work.D.sin(a.re).times(cosh), work.D.cos(a.re).times(sinh), error + log(cosh))
}
export const cosine = (work: Work, a: Precise) => {
  const quarter = divide(work, constant(work, 'pi'), whole(work, 2)) as Precise
  return sine(work, add(work, quarter, minus(a)))
}
