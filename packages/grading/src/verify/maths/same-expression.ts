import { isFiniteComplex, size, type Complex } from './complex.ts'
import { raiseDoubt } from './doubt.ts'
import { exactConstant, exactValue, type ExactPoint } from './exact-value.ts'
import { hasMatrix, matrixOf } from './matrix.ts'
import { factored, sameFactored } from './multiplicative.ts'
import { contains, isBroken, isCall, operands, operator, symbols, type Node } from './node.ts'
import { preciseValue, preciseValues, productOf, samePrecise, samePrecisely } from './precise.ts'
import type { Precise } from './precise-arithmetic.ts'
import { divide, sameRational, type Rational } from '../rational.ts'
import { differInRests } from './residue.ts'
import { samplePoint, trials } from './sample-points.ts'
import { valueAt } from './value.ts'

/** Doubles that went through the usual few dozen operations agree to this relative error. */
const tolerance = 1e-9
const within = (a: Complex, b: Complex, scale: number) => Number.isFinite(scale) && size([a[0] - b[0], a[1] - b[1]]) <= tolerance * scale
const close = (a: Complex, b: Complex) => within(a, b, Math.max(size(a), size(b)))
const nearlyClose = (a: Complex, b: Complex) => within(a, b, Math.max(1, size(a), size(b)))
const isImaginaryUnit = (part: Node) => part === 'i' || part === 'ImaginaryUnit'

/** Whether two expressions are equal wherever both are defined: exactly at rational points where that can be, else in doubles at the same
 * points, and where doubles agree once more to 60 digits or more. */
export function sameExpression(a: Node, b: Node): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return !isBroken(a)
  if (isBroken(a) || isBroken(b)) return false
  if (hasMatrix(a) || hasMatrix(b)) return sameMatrix(a, b)
  const names = [...symbols(a, symbols(b))]
  if (names.length === 0) return sameConstant(a, b)
  const complex = contains(a, isImaginaryUnit) || contains(b, isImaginaryUnit)
  let agreed = 0
  let confirmed = 0
  for (let trial = 0; trial < trials; trial++) {
    const point = samplePoint(names, trial)
    const [x, y] = [exactValue(a, point.exact), exactValue(b, point.exact)]
    if (x && y) {
      if (!sameRational(x, y)) return false
      agreed++
      continue
    }
    const [u, v] = [valueAt(a, point.real, !complex), valueAt(b, point.real, !complex)]
    if (!u || !v) continue
    if (!close(u, v) && !(nearlyClose(u, v) && size(u) < 1e-9 && size(v) < 1e-9)) return false
    agreed++
    if (confirmed++ < confirmations && samePrecisely(a, b, point.exact) === false) return false
  }
  if (agreed < 3) raiseDoubt('it has values at too few points')
  return agreed >= 3
}

/** Points at which doubles that agree are checked to many digits: `\\sin x + 10^{-12}` is not `\\sin x`. */
const confirmations = 2
const nowhere = new Map<string, never>()

/** Exactly where that can be, else to as many digits as it takes; what neither settles is a doubt and not the same. */
function sameConstant(a: Node, b: Node): boolean {
  const [x, y] = [exactConstant(a), exactConstant(b)]
  if (x && y) return sameRational(x, y)
  const [f, g] = [factored(a), factored(b)]
  if (f && g) return sameFactored(f, g)
  const [u, v] = [valueAt(a, nowhere), valueAt(b, nowhere)]
  if (u && v && !nearlyClose(u, v)) return false
  const same = samePrecisely(a, b, nowhere)
  if (same !== null) return same && isSettled(a, b, x, y)
  if (differInRests(a, b)) return false
  if (isUndefined(a) || isUndefined(b)) return false
  raiseDoubt('numbers beyond what is worked out')
  return false
}

/** Digits that agree do not make a rational number equal to one that is too large to be written out. */
function isSettled(a: Node, b: Node, x: Rational | null, y: Rational | null): boolean {
  const isHuge = (node: Node, exact: Rational | null) => !exact && contains(node, isIrrational) === false
  if (!isHuge(a, x) && !isHuge(b, y)) return true
  raiseDoubt('numbers beyond what is worked out')
  return false
}

const irrationals = new Set('Pi ExponentialE e GoldenRatio ImaginaryUnit i'.split(' '))
const isIrrational = (part: Node): boolean =>
  typeof part === 'string'
    ? irrationals.has(part) || part.startsWith("'")
    : isCall(part) &&
      (!rationalOperators.has(operator(part) as string) ||
        (operator(part) === 'Power' && exactConstant(operands(part)[1] as Node)?.d !== 1n))
const rationalOperators = new Set(
  'Add Subtract Negate Multiply InvisibleOperator Divide Rational Delimiter Power Square Factorial Binomial Percent Floor Ceil Abs Max Min'.split(
    ' ',
  ),
)

/** A division by exactly zero, as in 0/0. */
const isUndefined = (node: Node) =>
  contains(node, (part) => {
    const [, below] = operands(part)
    return (operator(part) === 'Divide' || operator(part) === 'Rational') && below !== undefined && exactConstant(below)?.n === 0n
  })

function sameMatrix(a: Node, b: Node): boolean {
  const [x, y] = [matrixOf(a), matrixOf(b)]
  if (!x || !y || x.length !== y.length || x[0]?.length !== y[0]?.length) return false
  return x.every((row, i) => row.every((entry, j) => sameExpression(entry, y[i]?.[j] as Node)))
}

/**
 * The constant c with a = c b wherever both are defined, or null where there is none or both vanish. For equations and inequalities
 * brought to one side.
 */
export function constantRatio(a: Node, b: Node): number | null {
  if (isBroken(a) || isBroken(b)) return null
  const names = [...symbols(a, symbols(b))]
  let exact: Rational | undefined
  let double: Complex | undefined
  let confirmed: ExactPoint | undefined
  let agreed = 0
  for (let trial = 0; trial < trials; trial++) {
    const point = samplePoint(names, trial)
    const [x, y] = [exactValue(a, point.exact), exactValue(b, point.exact)]
    if (x && y) {
      if (x.n === 0n && y.n === 0n) continue
      const ratio = y.n === 0n ? null : divide(x, y)
      if (!ratio || ratio.n === 0n || (exact && !sameRational(exact, ratio))) return null
      exact = ratio
      agreed++
      continue
    }
    const [u, v] = [valueAt(a, point.real, true), valueAt(b, point.real, true)]
    if (!u || !v) continue
    const ratio: Complex = [u[0] / v[0], 0]
    if (!isFiniteComplex(ratio) || ratio[0] === 0 || (double && !close(double, ratio))) return null
    double = ratio
    agreed++
    if (!confirmed) confirmed = point.exact
    else if (agreed <= 1 + confirmations && !sameRatioAt(a, b, confirmed, point.exact)) return null
  }
  return agreed < 3 ? null : exact ? Number(exact.n) / Number(exact.d) : (double?.[0] ?? null)
}

/** a(P) b(Q) = a(Q) b(P), to many digits where that can be told. */
function sameRatioAt(a: Node, b: Node, first: ExactPoint, second: ExactPoint): boolean {
  const [p, q, r, s] = [preciseValue(a, first), preciseValue(b, second), preciseValue(a, second), preciseValue(b, first)]
  return !p || !q || !r || !s || samePrecise(productOf(p, q), productOf(r, s)) !== false
}

/** The value of a real constant to many digits, or null where the expression has free symbols or is not real. */
export function realConstant(node: Node): Precise | null {
  if (isBroken(node) || symbols(node).size > 0) return null
  const value = preciseValue(node, nowhere)
  return value && value.im.isZero() ? value : null
}

/** Which of two real constants is larger, as a sign; 0 where they are the same. */
export function compareConstants(a: Node, b: Node): number {
  const [x, y] = [exactConstant(a), exactConstant(b)]
  if (x && y) return Number(x.n * y.d > y.n * x.d) - Number(x.n * y.d < y.n * x.d)
  const [p, q] = preciseValues([a, b], nowhere) ?? []
  if (!p?.im.isZero() || !q?.im.isZero()) return NaN
  return samePrecise(p, q) === false ? p.re.cmp(q.re) : 0
}
