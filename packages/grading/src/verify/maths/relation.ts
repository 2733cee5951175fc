import { isName } from '../name.ts'
import { isRounding, sameRational } from '../rational.ts'
import { exactConstant } from './exact-value.ts'
import { isCall, symbols, type Node } from './node.ts'
import { parseLatex } from './parse-latex.ts'
import { constantRatio, sameExpression } from './same-expression.ts'
import { bare } from './tidy.ts'
import type { Answer, Relation, Sign } from './answer.ts'
import { readAnswer } from './read-answer.ts'

/** What `x = value` names and gives. `key` is the name without markup. */
export type Assignment = { key: string; value: Answer }

const operators = /\\(?:frac|sqrt|cdot|times|pi|div|binom|log|ln|sin|cos|tan|circ|lfloor|rfloor)(?![A-Za-z])/g
const isNumeric = (side: string) => !/[A-Za-z]/.test(side.replace(operators, ''))

/** Reads `x = 5`, `5 = x`, `2 + 3 = 5`, `x = 2 + 3 = 5` (the last side counts), `x = 1/3 \approx 0.33` and `1/3 \approx 0.33` (what is only
 * approximate is dropped); null for a real equation. */
export function asAssignment({ sides, signs }: Relation): Assignment | null {
  if (!signs.every((sign) => sign === '=' || sign === '\\approx')) return null
  const approximate = signs.indexOf('\\approx')
  const exact = approximate > 0 ? sides.slice(0, approximate + 1) : sides
  if (approximate === 0 && !isName(sides[0] as string)) return named('', sides[0] as string)
  const [first, last] = [exact[0] as string, exact.at(-1) as string]
  if (exact.length === 2 && approximate < 0 && !isName(first) && isEmpty(first, last)) return null
  const isForward = isName(first) || exact.length > 2 || (isNumeric(first) && isNumeric(last))
  const [left, right] = isForward ? [first, last] : isName(last) ? [last, first] : []
  if (left === undefined || right === undefined || (exact.length > 2 && !isName(left) && !isNumeric(right))) return identity(first, last)
  return named(left, right)
}

/** `0=0` and `0=1` say nothing: one side is the other as it is written, or numbers that are not the same nor one the other rounded. */
function isEmpty(first: string, last: string): boolean {
  if (bare(first) === bare(last)) return true
  const [x, y] = [first, last].map((side) => exactConstant(parseLatex(side)))
  if (!x || !y || sameRational(x, y)) return false
  const written = readAnswer(last)
  const places = written?.kind === 'expression' ? written.written?.places : undefined
  return typeof places !== 'number' || !isRounding(y, places, x)
}

/** `(x+1)^2 = x^2+2x+1`: what holds for all values gives its last side. */
function identity(first: string, last: string): Assignment | null {
  return !isNumeric(first) && sameExpression(parseLatex(first), parseLatex(last)) ? named('', last) : null
}

function named(name: string, content: string): Assignment | null {
  const value = readAnswer(content)
  return value && { key: bare(name), value }
}

const flipped: Partial<Record<Sign, Sign>> = { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le', '=': '=', '\\ne': '\\ne' }

/** Equations up to a constant factor, inequalities up to a positive factor or turned round: `x < 1` and `-x > -1`. */
export function sameRelation(a: Relation, b: Relation): boolean {
  if (a.sides.length !== b.sides.length) return false
  if (isConstant(a) || isConstant(b)) return isConstant(a) && isConstant(b) && (sameAsWritten(a, b) || sameAsWritten(a, turned(b)))
  if (a.sides.length > 2) return sameChain(a, b) || sameChain(a, turned(b))
  const [sign, other] = [a.signs[0] as Sign, b.signs[0] as Sign]
  const ratio = constantRatio(oneSide(a), oneSide(b))
  if (ratio === null) return false
  return (ratio > 0 || !flipped[sign] ? sign : flipped[sign]) === other
}

/** Without an unknown a relation is true or false whatever its sides: it is compared as it is written. */
export const isConstant = ({ sides }: Relation) => sides.every((side) => symbols(parseLatex(side)).size === 0)
const sameAsWritten = (a: Relation, b: Relation) =>
  a.signs.every((sign, i) => sign === b.signs[i]) &&
  a.sides.every((side, i) =>
    a.signs.every((sign) => sign === '=')
      ? JSON.stringify(parseLatex(side)) === JSON.stringify(parseLatex(b.sides[i] as string)) // all sides have one value
      : sameExpression(parseLatex(side), parseLatex(b.sides[i] as string)),
  )

/** The chain read from right to left. */
function turned({ sides, signs }: Relation): Relation {
  return { kind: 'relation', sides: sides.toReversed(), signs: signs.toReversed().map((sign) => flipped[sign] ?? sign) }
}

const oneSide = ({ sides: [left, right] }: Relation): Node => ['Subtract', grouped(left as string), grouped(right as string)]
const grouped = (latex: string): Node => {
  const node = parseLatex(latex)
  return isCall(node) ? ['Delimiter', node] : node
}

function sameChain(a: Relation, b: Relation): boolean {
  return a.signs.every((sign, i) => sign === b.signs[i]) && a.sides.every((_, i) => sameRelation(link(a, i), link(b, i)))
}
/** The i-th relation of a chain; past the last one, the last again. */
function link({ sides, signs }: Relation, i: number): Relation {
  const at = Math.min(i, signs.length - 1)
  return { kind: 'relation', sides: sides.slice(at, at + 2), signs: [signs[at] as Sign] }
}
