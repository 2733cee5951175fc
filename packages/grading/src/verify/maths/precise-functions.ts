import type { Decimal } from 'decimal.js'
import {
  add,
  constant,
  cosine,
  divide,
  exponential,
  log,
  logarithm,
  made,
  magnitude,
  mayVanish,
  minus,
  multiply,
  raise,
  sine,
  sizeOf,
  unknown,
  whole,
  type Precise,
  type Work,
} from './precise-arithmetic.ts'
import { spend } from './work.ts'

type Operation = (work: Work, a: Precise, b: Precise, ...rest: Precise[]) => Precise | null
/** Of reals only; `limit`: the argument where the slope has no bound, if there is one. */
const onReals =
  (f: (work: Work, x: Decimal) => Decimal, slope: (x: Decimal) => Decimal | null = () => null): Operation =>
  (work, a) => {
    if (!a?.im.isZero()) return null
    const value = f(work, a.re)
    const steep = slope(a.re)
    const error =
      steep === null ? a.error : mayVanish({ re: steep, im: new work.D(0), error: a.error }) ? a.error / 2 : a.error - log(steep) / 2 + 1
    return value.isFinite() ? made(work, value, new work.D(0), error) : null
  }
const ofQuotient =
  (top: Operation, bottom: Operation): Operation =>
  (work, a, ...rest) => {
    const [x, y] = [top(work, a, ...rest), bottom(work, a, ...rest)]
    return x && y && divide(work, x, y)
  }
const one: Operation = (work) => whole(work, 1)
const logBase =
  (base: number): Operation =>
  (work, a, given) => {
    const [x, y] = [logarithm(work, a), logarithm(work, given ?? whole(work, base))]
    return x && y && divide(work, x, y)
  }
/** Steps: what stands within its error of a step has no value. */
const step =
  (f: (x: Decimal) => Decimal): Operation =>
  (work, a) => {
    if (!a.im.isZero()) return null
    const isExact = a.re.isInteger() && a.error <= magnitude(a) - work.digits + 1
    const near = a.re.minus(a.re.round())
    return isExact || !mayVanish({ re: near, im: a.im, error: a.error }) ? whole(work, f(a.re)) : null
  }
const degrees = (work: Work, a: Precise) => multiply(work, a, divide(work, constant(work, 'pi'), whole(work, 180)) as Precise)
const slopeAtOne = (x: Decimal) => x.times(x).minus(1).abs()

/** The functions that have a value to many digits, by their names in MathJSON. */
export const preciseFunctions: Record<string, Operation> = {
  Add: (work, ...values) => add(work, ...values),
  Subtract: (work, a, ...rest) => add(work, a, ...rest.map(minus)),
  Negate: (_, a) => minus(a),
  Multiply: (work, ...values) => multiply(work, ...values),
  InvisibleOperator: (work, ...values) => multiply(work, ...values),
  Delimiter: (work, a, b) => (b === undefined ? a : unknown('Delimiter', [a, b], work)),
  Divide: divide,
  Rational: divide,
  Power: raise,
  Square: (work, a) => multiply(work, a, a),
  Sqrt: squareRoot,
  Root: root,
  Exp: exponential,
  Ln: (work, a, base) => (base ? logBase(10)(work, a, base) : logarithm(work, a)),
  Log: logBase(10),
  Lb: logBase(2),
  Lg: logBase(10),
  Sin: sine,
  Cos: cosine,
  Tan: ofQuotient(sine, cosine),
  Cot: ofQuotient(cosine, sine),
  Sec: ofQuotient(one, cosine),
  Csc: ofQuotient(one, sine),
  Arcsin: onReals((work, x) => work.D.asin(x), slopeAtOne),
  Arccos: onReals((work, x) => work.D.acos(x), slopeAtOne),
  Arctan: onReals((work, x) => work.D.atan(x)),
  Arccot: onReals((work, x) => work.D.atan(new work.D(1).div(x))),
  Arcsec: onReals((work, x) => work.D.acos(new work.D(1).div(x)), slopeAtOne),
  Arccsc: onReals((work, x) => work.D.asin(new work.D(1).div(x)), slopeAtOne),
  Sinh: (work, a) => hyperbolic(work, a, -1),
  Cosh: (work, a) => hyperbolic(work, a, 1),
  Tanh: ofQuotient(
    (work, a) => hyperbolic(work, a, -1),
    (work, a) => hyperbolic(work, a, 1),
  ),
  Degrees: degrees,
  Percent: (work, a) => divide(work, a, whole(work, 100)),
  Abs: (work, a) => made(work, sizeOf(a), new work.D(0), a.error + 0.3),
  Conjugate: (work, a) => (a.im.isZero() ? unknown('Conjugate', [a], work) : { re: a.re, im: a.im.neg(), error: a.error }),
  Floor: step((x) => x.floor()),
  Ceil: step((x) => x.ceil()),
  Factorial: (work, a) => factorial(work, a),
  Binomial: (work, a, b) => {
    const parts = [factorial(work, a), b && factorial(work, b), b && factorial(work, add(work, a, minus(b)))]
    const [n, k, rest] = parts
    return n && k && rest ? divide(work, n, multiply(work, k, rest)) : null
  },
  Max: (work, ...values) => extreme(work, values, (a, b) => a.gt(b)),
  Min: (work, ...values) => extreme(work, values, (a, b) => a.lt(b)),
}

function squareRoot(work: Work, a: Precise): Precise | null {
  if (!a.im.isZero() || a.re.isNegative()) return raise(work, a, whole(work, 0.5))
  if (a.re.isZero()) return a
  return made(work, a.re.sqrt(), a.im, mayVanish(a) ? a.error / 2 : a.error - magnitude(a) / 2 + 0.5)
}
function root(work: Work, a: Precise, degree: Precise | undefined): Precise | null {
  if (!degree) return null
  const inverse = divide(work, whole(work, 1), degree)
  const isOdd = degree.im.isZero() && degree.re.isInteger() && !degree.re.mod(2).isZero()
  if (!inverse) return null
  if (!(isOdd && a.im.isZero() && a.re.isNegative())) return raise(work, a, inverse)
  const positive = raise(work, minus(a), inverse) // as in school
  return positive && minus(positive)
}
function hyperbolic(work: Work, a: Precise, sign: 1 | -1): Precise | null {
  const [up, down] = [exponential(work, a), exponential(work, minus(a))]
  return up && down && divide(work, add(work, up, sign === 1 ? down : minus(down)), whole(work, 2))
}
function factorial(work: Work, a: Precise): Precise | null {
  if (!a.im.isZero() || !a.re.isInteger() || a.re.isNegative() || a.re.gt(3000)) return null
  let result = new work.D(1)
  spend(a.re.toNumber() * 3)
  for (let i = 2; i <= a.re.toNumber(); i++) result = result.times(i)
  return made(work, result, new work.D(0), log(result) - work.digits + 3)
}
function extreme(work: Work, values: Precise[], isBetter: (a: Decimal, b: Decimal) => boolean): Precise | null {
  if (values.some((x) => !x.im.isZero())) return null
  return values.reduce((a, b) => (isBetter(a.re, b.re) ? a : b))
}
