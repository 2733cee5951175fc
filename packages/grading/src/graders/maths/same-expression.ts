import { isFiniteComplex, size, type Complex } from './complex.ts'
import { exactValue } from './exact-value.ts'
import { hasMatrix, matrixOf } from './matrix.ts'
import { contains, isBroken, symbols, type Node } from './node.ts'
import { sameSimplified, sameToSixtyDigits } from './parse-latex.ts'
import { divide, sameRational, type Rational } from '../rational.ts'
import { residue } from './residue.ts'
import { samplePoint, trials } from './sample-points.ts'
import { isUnderstood, valueAt } from './value.ts'

/** Doubles that went through the usual few dozen operations agree to this relative error. */
const tolerance = 1e-9
const close = (a: Complex, b: Complex, within = tolerance) => size([a[0] - b[0], a[1] - b[1]]) <= within * Math.max(size(a), size(b))
const nearlyClose = (a: Complex, b: Complex) => size([a[0] - b[0], a[1] - b[1]]) <= tolerance * Math.max(1, size(a), size(b))
const isReal = (a: Complex) => Math.abs(a[1]) <= tolerance * Math.max(1, Math.abs(a[0]))
const isImaginaryUnit = (part: Node) => part === 'i' || part === 'ImaginaryUnit'

/** Whether two expressions are equal wherever both are defined: exactly at rational points where that can be, else in doubles at the same
 * points, and constants that agree in doubles once more at 60 digits. */
export function sameExpression(a: Node, b: Node): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return !isBroken(a)
  if (isBroken(a) || isBroken(b)) return false
  if (hasMatrix(a) || hasMatrix(b)) return sameMatrix(a, b)
  const names = [...symbols(a, symbols(b))]
  if (names.length === 0) return sameConstant(a, b)
  const complex = contains(a, isImaginaryUnit) || contains(b, isImaginaryUnit)
  let agreed = 0
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
  }
  return agreed >= 3 || (agreed === 0 && sameSimplified(a, b))
}

function sameConstant(a: Node, b: Node): boolean {
  const [x, y] = [exactValue(a, new Map()), exactValue(b, new Map())]
  if (x && y) return sameRational(x, y)
  const [u, v] = [valueAt(a, new Map()), valueAt(b, new Map())]
  if (u && v) return nearlyClose(u, v) && (sameToSixtyDigits(a, b) ?? close(u, v, 1e-13))
  const [r, s] = [residue(a), residue(b)]
  if (r !== null && s !== null) return r === s
  // Beyond doubles or undefined: the engine would only try to write them out.
  if (isUnderstood(a) && isUnderstood(b)) return false
  return sameSimplified(a, b)
}

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
  }
  return agreed < 3 ? null : exact ? Number(exact.n) / Number(exact.d) : (double?.[0] ?? null)
}

/** The value of a real constant, or null where the expression has free symbols or is not real. */
export function realConstant(node: Node): number | null {
  if (isBroken(node) || symbols(node).size > 0) return null
  const value = valueAt(node, new Map())
  return value && isReal(value) ? value[0] : null
}
