import { cosine, exponential, isFiniteComplex, logarithm, over, plus, raise, real, sine, size, times, type Complex } from './complex.ts'
import { raiseDoubt } from './doubt.ts'
import { functionName, literal, operands, operator, type Node } from './node.ts'
import { spend } from './work.ts'

/** Values of the free symbols. */
export type Point = ReadonlyMap<string, number>

const named: Record<string, Complex> = {
  Pi: real(Math.PI),
  ExponentialE: real(Math.E),
  e: real(Math.E),
  GoldenRatio: real((1 + Math.sqrt(5)) / 2),
  ImaginaryUnit: [0, 1],
  i: [0, 1],
}

/** The value of an expression at a point in complex doubles, or null where it is undefined or not understood. An unknown function gets a
 * made-up value that depends on its name and arguments alone, so that f(x) equals f(x) and nothing else.
 * `onlyReal`: what goes through numbers that are not real is undefined. */
export function valueAt(node: Node, point: Point, onlyReal = false): Complex | null {
  spend(1)
  const text = literal(node)
  if (text !== null) return inRange(real(Number(text)), /[1-9]/.test(text.split(/e/i)[0] as string))
  if (typeof node === 'string') {
    const given = point.get(node)
    return given !== undefined ? real(given) : (named[node] ?? (node.startsWith("'") ? fabricated(node, []) : null))
  }
  const head = operator(node) as string
  const children = operands(node)
  if (head === 'Sum' || head === 'Product') return series(head, children, point)
  if (head === 'Error' || children.length === 0) return null
  if (head === 'Apply') return inverse(children, point)
  const values: Complex[] = []
  for (const child of children) {
    const value = valueAt(child, point, onlyReal)
    if (!value || !isFiniteComplex(value)) return null
    values.push(value)
  }
  if (head === 'InvisibleOperator') {
    const applied = functionName(node)
    if (applied) return fabricated(applied, values.slice(1))
  }
  if (unworked.has(head)) raiseDoubt(`${head} is not worked out`)
  const computed = (functions[head] ?? ((all: Complex[]) => fabricated(head, all)))(values)
  const result = computed && inRange(computed, !vanishing.has(head) && values.every((value) => size(value) > 0))
  return result && isFiniteComplex(result) && !(onlyReal && Math.abs(result[1]) > 1e-9 * Math.max(1, Math.abs(result[0]))) ? result : null
}

/** Operators that have a value which is not worked out here: what is compared with them is not decided. */
export const unworked = new Set(['Integrate', 'Limit', 'D', 'Derivative', 'NIntegrate'])
/** Operators whose value may be zero though no operand is. */
const vanishing = new Set([
  'Add',
  'Subtract',
  'Sin',
  'Cos',
  'Tan',
  'Cot',
  'Ln',
  'Log',
  'Lb',
  'Lg',
  'Arccos',
  'Arcsec',
  'Floor',
  'Ceil',
  'Max',
  'Min',
  'Binomial',
  'Delimiter',
])
const smallest = 1e-290
/** Null where doubles ran out: over their range, or so near to zero that they lose digits or turn into it (`nonZero`: it is none). */
function inRange(value: Complex, nonZero: boolean): Complex | null {
  const extent = size(value)
  return !Number.isFinite(extent) || (extent < smallest && (extent > 0 || nonZero)) ? null : value
}

const onReals =
  (f: (x: number) => number) =>
  ([a]: Complex[]): Complex | null =>
    a && a[1] === 0 ? real(f(a[0])) : null
const first = (values: Complex[]) => values[0] as Complex
const product = (values: Complex[]) => values.reduce(times)
const reciprocal = (a: Complex) => over(real(1), a)
const logBase = (base: number) => (values: Complex[]) => over(logarithm(first(values)), real(Math.log(base)))
const minus = (a: Complex): Complex => [-a[0], a[1] === 0 ? 0 : -a[1]]

const functions: Record<string, (values: Complex[]) => Complex | null> = {
  Add: (values) => values.reduce(plus),
  Subtract: ([a, ...rest]) => rest.reduce((left, x) => plus(left, minus(x)), a as Complex),
  Negate: ([a]) => minus(a as Complex),
  Multiply: product,
  InvisibleOperator: product,
  Delimiter: (values) => (values.length === 1 ? first(values) : fabricated('Delimiter', values)),
  Divide: ([a, b]) => (b && size(b) > 0 ? over(a as Complex, b) : null),
  Rational: ([a, b]) => (b && size(b) > 0 ? over(a as Complex, b) : null),
  Power: ([a, b]) => raise(a as Complex, b as Complex),
  Square: ([a]) => times(a as Complex, a as Complex),
  Sqrt: ([a]) => raise(a as Complex, real(0.5)),
  Root: ([a, b]) => oddRoot(a as Complex, b as Complex),
  Exp: ([a]) => exponential(a as Complex),
  Ln: ([a, base]) => (base ? over(logarithm(a as Complex), logarithm(base)) : logarithm(a as Complex)),
  Log: (values) => over(logarithm(first(values)), values[1] ? logarithm(values[1]) : real(Math.LN10)),
  Lb: logBase(2),
  Lg: logBase(10),
  Sin: ([a]) => sine(a as Complex),
  Cos: ([a]) => cosine(a as Complex),
  Tan: ([a]) => over(sine(a as Complex), cosine(a as Complex)),
  Cot: ([a]) => over(cosine(a as Complex), sine(a as Complex)),
  Sec: ([a]) => reciprocal(cosine(a as Complex)),
  Csc: ([a]) => reciprocal(sine(a as Complex)),
  Arcsin: onReals(Math.asin),
  Arccos: onReals(Math.acos),
  Arctan: onReals(Math.atan),
  Arccot: onReals((x) => Math.atan(1 / x)),
  Arcsec: onReals((x) => Math.acos(1 / x)),
  Arccsc: onReals((x) => Math.asin(1 / x)),
  Sinh: onReals(Math.sinh),
  Cosh: onReals(Math.cosh),
  Tanh: onReals(Math.tanh),
  Degrees: ([a]) => times(a as Complex, real(Math.PI / 180)),
  Percent: ([a]) => times(a as Complex, real(0.01)),
  Abs: ([a]) => real(size(a as Complex)),
  Conjugate: ([a]) => (a && a[1] !== 0 ? [a[0], -a[1]] : fabricated('Conjugate', [a as Complex])),
  Floor: onReals(Math.floor),
  Ceil: onReals(Math.ceil),
  Factorial: onReals(factorial),
  Binomial: ([n, k]) => (n && k && n[1] === 0 && k[1] === 0 ? real(factorial(n[0]) / factorial(k[0]) / factorial(n[0] - k[0])) : null),
  Max: (values) => (values.every((x) => x[1] === 0) ? real(Math.max(...values.map((x) => x[0]))) : null),
  Min: (values) => (values.every((x) => x[1] === 0) ? real(Math.min(...values.map((x) => x[0]))) : null),
}

/** Odd roots of negative reals are real, as in school. */
function oddRoot(a: Complex, degree: Complex): Complex {
  return a[1] === 0 && a[0] < 0 && Math.abs(degree[0] % 2) === 1 ? real(-((-a[0]) ** (1 / degree[0]))) : raise(a, over(real(1), degree))
}

function factorial(n: number): number {
  if (!Number.isInteger(n) || n < 0 || n > 170) return NaN
  let result = 1
  for (let i = 2; i <= n; i++) result *= i
  return result
}

/** `\sin^{-1} x` and friends: the inverse function. */
function inverse([head, argument]: readonly Node[], point: Point): Complex | null {
  const name = head !== undefined && operator(head) === 'InverseFunction' ? operands(head)[0] : undefined
  return typeof name === 'string' && argument !== undefined ? valueAt([`Arc${name.toLowerCase()}`, argument], point) : null
}

const longestSeries = 2000

function series(head: 'Sum' | 'Product', [body, range]: readonly Node[], point: Point): Complex | null {
  if (body === undefined || range === undefined || operands(range).length !== 3) return null
  const [index, from, to] = operands(range) as [Node, Node, Node]
  const [low, high] = [valueAt(from, point)?.[0] ?? NaN, valueAt(to, point)?.[0] ?? NaN]
  if (typeof index !== 'string' || !Number.isInteger(low) || !Number.isInteger(high) || high - low > longestSeries) return null
  let total = real(head === 'Sum' ? 0 : 1)
  let isZero = false
  for (let k = low; k <= high; k++) {
    const term = valueAt(body, new Map(point).set(index, k))
    if (!term || !isFiniteComplex(total)) return null
    isZero ||= size(term) === 0
    total = head === 'Sum' ? plus(total, term) : times(total, term)
  }
  return inRange(total, head === 'Product' && !isZero)
}

const fabricated = (name: string, values: Complex[]): Complex =>
  real(
    madeUp(
      name,
      values.map(([x, y]) => `${(x + 0).toPrecision(9)},${(y + 0).toPrecision(9)}`),
    ),
  )

/** A value in (1, 2) that depends on a name and the digits of its arguments alone. */
export function madeUp(name: string, values: string[]): number {
  let state = 2166136261
  const key = `${name}|${values.join('|')}`
  for (let at = 0; at < key.length; at++) state = Math.imul(state ^ key.charCodeAt(at), 16777619)
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
  state = Math.imul(state ^ (state >>> 12), 0x297a2d39)
  return 1 + ((state ^ (state >>> 15)) >>> 0) / 2 ** 32
}
