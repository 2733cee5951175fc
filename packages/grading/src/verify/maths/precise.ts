import type { ExactPoint } from './exact-value.ts'
import { functionName, isCall, literal, operands, operator, type Node } from './node.ts'
import { unworked } from './value.ts'
import { raiseDoubt } from './doubt.ts'
import { spend } from './work.ts'
import {
  add,
  constant,
  contextOf,
  distance,
  divide,
  log,
  made,
  magnitude,
  multiply,
  unknown,
  whole,
  type Precise,
  type Work,
} from './precise-arithmetic.ts'
import { preciseFunctions } from './precise-functions.ts'

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

/** Work in one step, in evaluations of a node in doubles: some 30 microseconds at 60 digits. */
const stepCost = (digits: number) => digits * 1.5 + (digits / 60) ** 2 * 20

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
  const known = preciseFunctions[head]
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
