import { Decimal } from 'decimal.js'
import type { ExactPoint } from './exact-value.ts'
import { functionName, isCall, literal, operands, operator, type Node } from './node.ts'
import { madeUp, unworked } from './value.ts'
import { raiseDoubt } from './doubt.ts'
import { spend } from './work.ts'

/** A complex number to many digits; its absolute error is at most 10^error. */
export type Precise = { re: Decimal; im: Decimal; error: number }

const usual = 60
/** decimal.js knows pi and ln 10 to 1025 digits. */
const most = 900
const longestSeries = 200

/**
 * The value of an expression at a point to about 60 digits, with a bound on its error, or null: undefined, not understood, or with terms so
 * unlike in size (`\sqrt2 + e^{-5000}`) that it would take more than 900.
 */
export const preciseValue = (node: Node, point: ExactPoint): Precise | null => preciseValues([node], point)?.[0] ?? null

/** Several values to the same number of digits: as many as the one that needs most. */
export function preciseValues(nodes: readonly Node[], point: ExactPoint): Precise[] | null {
  let digits = usual
  for (let attempt = 0; attempt < 3 && digits <= most; attempt++) {
    const work: Work = { D: contextOf(digits), digits, point, spread: 0 }
    const values = nodes.map((node) => evaluate(node, work))
    if (!values.every(isDefined)) return null
    if (work.spread <= digits - 20) return values
    digits = usual + work.spread
  }
  return null
}

const isDefined = (value: Precise | null): value is Precise =>
  value !== null && value.re.isFinite() && value.im.isFinite() && !Number.isNaN(value.error)

/** Whether two expressions are the same at a point, to many digits; null where that cannot be told. */
export function samePrecisely(a: Node, b: Node, point: ExactPoint): boolean | null {
  const values = preciseValues([a, b], point)
  return values && samePrecise(values[0] as Precise, values[1] as Precise)
}

/** Whether two values are the same as far as their errors tell; null where they tell too little. */
export function samePrecise(a: Precise, b: Precise): boolean | null {
  const gap = distance(a, b)
  const error = Math.max(a.error, b.error) + 1
  if (!gap.isZero() && log(gap) > error) return false
  const size = Math.max(magnitude(a), magnitude(b))
  return error < size - 40 || error < -40 ? true : null
}

/** The product of two values, to the fewer digits of the two. */
export function productOf(a: Precise, b: Precise): Precise {
  const work: Work = { D: contextOf(usual), digits: usual, point: new Map(), spread: 0 }
  return multiply(work, a, b)
}

/** `spread`: digits between the largest and the smallest term of a sum. */
type Work = { D: typeof Decimal; digits: number; point: ExactPoint; spread: number }

const contexts = new Map<number, typeof Decimal>()
function contextOf(digits: number): typeof Decimal {
  let context = contexts.get(digits)
  if (!context) {
    context = Decimal.clone({ precision: digits + 10, maxE: 9e15, minE: -9e15, defaults: true })
    contexts.set(digits, context)
  }
  return context
}

const log = (x: Decimal) => (x.isZero() ? -Infinity : x.e + 1)
const sizeOf = ({ re, im }: Precise) => (im.isZero() ? re.abs() : re.times(re).plus(im.times(im)).sqrt())
const magnitude = (x: Precise) => (x.im.isZero() ? log(x.re) : Math.max(log(x.re), log(x.im)))
const distance = (a: Precise, b: Precise) => sizeOf({ re: a.re.minus(b.re), im: a.im.minus(b.im), error: 0 })
/** Whether a value may be zero for all its error tells. */
const mayVanish = (x: Precise) => magnitude(x) <= x.error + 2

function made(work: Work, re: Decimal, im: Decimal, error: number): Precise {
  const value = { re, im, error }
  return { ...value, error: Math.max(error + 0.3, magnitude(value) - work.digits) }
}
const whole = (work: Work, x: number | string | Decimal): Precise => made(work, new work.D(x), new work.D(0), -Infinity)

/** Work in one step, in evaluations of a node in doubles: some 30 microseconds at 60 digits. */
const stepCost = (digits: number) => digits * 1.5 + (digits / 60) ** 2 * 20

const constants = new Map<string, Decimal>()
function constant({ D, digits }: Work, name: 'pi' | 'e'): Precise {
  const key = `${name}${digits}`
  const known = constants.get(key) ?? (name === 'pi' ? D.acos(-1) : D.exp(1))
  constants.set(key, known)
  return { re: known, im: new D(0), error: 1 - digits }
}

function evaluate(node: Node, work: Work): Precise | null {
  const text = literal(node)
  if (text !== null) return whole(work, text)
  if (typeof node === 'string') return named(node, work)
  const head = operator(node) as string
  const children = operands(node)
  if (head === 'Sum' || head === 'Product') return series(head, children, work)
  if (head === 'Apply') return inverse(children, work)
  if (head === 'Error' || children.length === 0) return null
  if (unworked.has(head)) raiseDoubt(`${head} is not worked out`)
  spend(stepCost(work.digits))
  const values: Precise[] = []
  for (const child of children) {
    const value = evaluate(child, work)
    if (!value || !value.re.isFinite() || !value.im.isFinite()) return null
    values.push(value)
  }
  const applied = head === 'InvisibleOperator' ? functionName(node) : null
  if (applied) return unknown(applied, values.slice(1), work)
  const known = functions[head]
  return known ? known(work, ...(values as [Precise, Precise])) : unknown(head, values, work)
}

function named(name: string, work: Work): Precise | null {
  const given = work.point.get(name)
  if (given) return divide(work, whole(work, given.n.toString()), whole(work, given.d.toString()))
  if (name === 'Pi') return constant(work, 'pi')
  if (name === 'ExponentialE' || name === 'e') return constant(work, 'e')
  if (name === 'GoldenRatio') return whole(work, work.D.sqrt(5).plus(1).div(2))
  if (name === 'ImaginaryUnit' || name === 'i') return made(work, new work.D(0), new work.D(1), -Infinity)
  return name.startsWith("'") ? unknown(name, [], work) : null
}

/** An unknown function has a made-up value that depends on its name and arguments alone. */
function unknown(name: string, values: Precise[], work: Work): Precise {
  return whole(
    work,
    madeUp(
      name,
      values.map(({ re, im }) => `${re.toSD(30)},${im.toSD(30)}`),
    ),
  )
}

type Operation = (work: Work, a: Precise, b: Precise, ...rest: Precise[]) => Precise | null
const minus = (a: Precise): Precise => ({ re: a.re.neg(), im: a.im.isZero() ? a.im : a.im.neg(), error: a.error })
function add(work: Work, ...values: Precise[]): Precise {
  const sizes = values.map(magnitude).filter(Number.isFinite)
  if (sizes.length > 1)
    work.spread = Math.max(work.spread, Math.max(...sizes) - Math.min(...sizes.filter((_, i) => !mayVanish(values[i] as Precise))))
  if (!Number.isFinite(work.spread)) work.spread = 0
  const [re, im] = [values.reduce((sum, x) => sum.plus(x.re), new work.D(0)), values.reduce((sum, x) => sum.plus(x.im), new work.D(0))]
  return made(work, re, im, Math.max(...values.map((x) => x.error), Math.max(...sizes, -Infinity) - work.digits) + 0.3)
}
function multiply(work: Work, ...values: Precise[]): Precise {
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
function divide(work: Work, a: Precise, b: Precise | undefined): Precise | null {
  if (!b || mayVanish(b)) return null
  const size = magnitude(b)
  const error = Math.max(a.error - size, b.error + magnitude(a) - 2 * size) + 2.3
  if (b.im.isZero()) return made(work, a.re.div(b.re), a.im.isZero() ? a.im : a.im.div(b.re), error)
  const square = b.re.times(b.re).plus(b.im.times(b.im))
  const re = a.re.times(b.re).plus(a.im.times(b.im)).div(square)
  const im = a.im.times(b.re).minus(a.re.times(b.im)).div(square)
  return made(work, re, im, Math.max(error, magnitude(a) - size + 1 - work.digits))
}
function exponential(work: Work, a: Precise): Precise | null {
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
function logarithm(work: Work, a: Precise): Precise | null {
  if (mayVanish(a)) return null
  const error = a.error - magnitude(a) + 1
  if (a.im.isZero() && a.re.isPositive()) return made(work, work.D.ln(a.re), a.im, error)
  return made(work, work.D.ln(sizeOf(a)), work.D.atan2(a.im, a.re), error)
}
/** The principal power; whole exponents by repeated squaring where the base is not a positive real. */
function raise(work: Work, a: Precise, b: Precise | undefined): Precise | null {
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
function sine(work: Work, a: Precise): Precise | null {
  if (a.error > -5) return null
  const error = Math.max(a.error, magnitude(a) - work.digits)
  if (a.im.isZero()) return made(work, work.D.sin(a.re), a.im, error)
  const [sinh, cosh] = [work.D.sinh(a.im), work.D.cosh(a.im)]
  return made(work, work.D.sin(a.re).times(cosh), work.D.cos(a.re).times(sinh), error + log(cosh))
}
const cosine = (work: Work, a: Precise) => {
  const quarter = divide(work, constant(work, 'pi'), whole(work, 2)) as Precise
  return sine(work, add(work, quarter, minus(a)))
}
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

const functions: Record<string, Operation> = {
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

/** `\sin^{-1} x` and friends. */
function inverse([head, argument]: readonly Node[], work: Work): Precise | null {
  const name = head !== undefined && operator(head) === 'InverseFunction' ? operands(head)[0] : undefined
  return typeof name === 'string' && argument !== undefined ? evaluate([`Arc${name.toLowerCase()}`, argument], work) : null
}

function series(head: 'Sum' | 'Product', [body, range]: readonly Node[], work: Work): Precise | null {
  if (body === undefined || range === undefined || !isCall(range) || operands(range).length !== 3) return null
  const [index, from, to] = operands(range) as [Node, Node, Node]
  const [low, high] = [evaluate(from, work)?.re.toNumber() ?? NaN, evaluate(to, work)?.re.toNumber() ?? NaN]
  if (typeof index !== 'string' || !Number.isInteger(low) || !Number.isInteger(high) || high - low > longestSeries) return null
  const terms: Precise[] = []
  for (let k = low; k <= high; k++) {
    const outside = work.point
    work.point = new Map(outside).set(index, { n: BigInt(k), d: 1n })
    const term = evaluate(body, work)
    work.point = outside
    if (!term) return null
    terms.push(term)
  }
  if (terms.length === 0) return whole(work, head === 'Sum' ? 0 : 1)
  return head === 'Sum' ? add(work, ...terms) : multiply(work, ...terms)
}
