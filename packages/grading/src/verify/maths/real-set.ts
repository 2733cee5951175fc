import { isCall, isSymbol, operands, operator, type Node } from './node.ts'
import { parseLatex } from './parse-latex.ts'
import { compareConstants, realConstant } from './same-expression.ts'
import { splitTop } from './scan.ts'
import type { Answer, Relation, Sign } from './answer.ts'
import { readAnswer } from './read-answer.ts'

/** A piece of the real line. At infinity, `closed` is kept as written, so that `[-\infty, 0]` stays wrong. */
export type Piece = { low: Bound; lowClosed: boolean; high: Bound; highClosed: boolean }
/** A double to sort by, and the constant that it stands for (null at infinity), which decides where doubles are near to each other. */
type Bound = { near: number; exact: Node | null }

const [least, greatest]: Bound[] = [-Infinity, Infinity].map((near) => ({ near, exact: null })) as [Bound, Bound]
const everything: Piece = { low: least as Bound, lowClosed: false, high: greatest as Bound, highClosed: false }

/** The sign of a - b. */
function compare(a: Bound, b: Bound): number {
  if (a.near === b.near && (a.exact === null || b.exact === null)) return 0
  const isFar = Math.abs(a.near - b.near) > 1e-9 * Math.max(Math.abs(a.near), Math.abs(b.near))
  return isFar || a.exact === null || b.exact === null ? Math.sign(a.near - b.near) : compareConstants(a.exact, b.exact)
}

/**
 * The set of reals that an answer describes (intervals, unions, sets, inequalities in one symbol, \mathbb{R} without some points) as
 * disjoint pieces in order, or null. Conditions that exclude each other, `x < 2 and x > 3`, are read as a union, which is what a gold answer
 * means by them; `literal` reads them as they stand.
 */
export function realSet(answer: Answer, literal = false): Piece[] | null {
  const pieces = collect(answer, literal)
  return pieces && merge(pieces)
}

function collect(answer: Answer, literal = false): Piece[] | null {
  switch (answer.kind) {
    case 'tuple': {
      const [low, high] = answer.items.map(bound)
      if (answer.items.length !== 2 || !low || !high || !(compare(low, high) <= 0)) return null
      return [{ low, lowClosed: answer.open === '[', high, highClosed: answer.close === ']' }]
    }
    case 'set':
      return every(answer.items.map((item) => point(bound(item))))
    case 'union':
      return every(answer.parts.map((part) => collect(part)))
    case 'relation':
      return inequality(answer)
    case 'list': {
      const sets = answer.items.map((item) => (['relation', 'tuple', 'union'].includes(item.kind) ? collect(item) : null))
      if (answer.joint === 'or' || !answer.items.every((item) => item.kind === 'relation')) return every(sets)
      const all = every(sets)
      if (!all) return null
      const common = (sets as Piece[][]).reduce((left, right) => intersect(merge(left), merge(right)))
      return common.length > 0 || (literal && answer.joint === 'and') ? common : all
    }
    case 'expression':
      return expressionSet(answer.latex)
    default:
      return null
  }
}

const every = (sets: (Piece[] | null)[]) => (sets.some((set) => set === null) ? null : sets.flatMap((set) => set as Piece[]))
const isFinitePoint = (x: Bound | null): x is Bound => x !== null && x.exact !== null
const point = (x: Bound | null): Piece[] | null => (isFinitePoint(x) ? [{ low: x, lowClosed: true, high: x, highClosed: true }] : null)

function expressionSet(latex: string): Piece[] | null {
  const { parts } = splitTop(latex, /\\setminus(?![A-Za-z])|(?<=\})-(?=\\\{)/y)
  const [whole = '', ...without] = parts.map((part) => part.trim())
  const base = /^(?:\\mathbb\s*\{?R\}?|\\R|\\Reals)$/.test(whole) ? [everything] : null
  if (without.length === 0 || !base) return base
  return without.reduce<Piece[] | null>((left, part) => {
    const answer = readAnswer(part)
    const removed = answer?.kind === 'set' ? answer.items.map(bound) : []
    return left && removed.length > 0 && removed.every(isFinitePoint) ? intersect(left, gaps(removed as Bound[])) : null
  }, base)
}

/** Everything but some points. */
function gaps(points: Bound[]): Piece[] {
  const sorted = [everything.low, ...[...points].sort(compare), everything.high]
  return sorted.slice(1).map((high, i) => ({ low: sorted[i] as Bound, lowClosed: false, high, highClosed: false }))
}

function bound(item: Answer): Bound | null {
  if (item.kind !== 'expression') return null
  const infinite = /^([-+]?)\s*\\infty$/.exec(item.latex)
  if (infinite) return infinite[1] === '-' ? everything.low : everything.high
  return boundAt(parseLatex(item.latex))
}
function boundAt(exact: Node): Bound | null {
  const near = realConstant(exact)?.re.toNumber() ?? NaN
  return Number.isFinite(near) ? { near, exact } : null
}

/** `x > 3`, `1 < x \le 3`, `x \ne 2`: bounds on one symbol that stands alone. */
function inequality({ sides, signs }: Relation): Piece[] | null {
  const at = sides.findIndex(
    (side) =>
      isSymbol(parseLatex(side)) &&
      /^(?:[A-Za-z]|\\(?:theta|alpha|beta|gamma|lambda|mu|phi|varphi|omega|rho|sigma|delta|epsilon)(?![A-Za-z]))/.test(side),
  )
  if (at < 0 && sides.length === 2) return ofDistance(sides as [string, string], signs[0] as Sign)
  const isOther = (sign: Sign) => sign === '\\approx' || sign === '\\equiv' || (sign === '=' && sides.length > 2)
  if (at < 0 || sides.length > 3 || signs.some(isOther)) return null
  return signs.reduce<Piece[] | null>(
    (left, sign, i) => {
      const other = i >= at ? (sides[i + 1] as string) : (sides[i] as string)
      const value = Math.abs(i + 0.5 - at) === 0.5 ? bound(readAnswer(other) ?? { kind: 'text', text: '' }) : null
      const half = value && halfLine(i >= at ? sign : (mirrored[sign] as Sign), value)
      return left && half && intersect(left, half)
    },
    [everything],
  )
}

/** `|x - 1| < 3` is the interval around 1. */
function ofDistance([left, right]: [string, string], sign: Sign): Piece[] | null {
  const isLeft = operator(parseLatex(left)) === 'Abs'
  const [distance] = operands(parseLatex(isLeft ? left : right))
  const width = boundAt(parseLatex(isLeft ? right : left))
  const direction = isLeft ? sign : mirrored[sign]
  if (
    distance === undefined ||
    operator(parseLatex(isLeft ? left : right)) !== 'Abs' ||
    !width ||
    !(width.near > 0) ||
    direction === undefined
  )
    return null
  const [x, by] = isCall(distance) ? operands(distance) : [distance, 0]
  const isSum = !isCall(distance) || ['Add', 'Subtract'].includes(operator(distance) as string)
  if (!isSum || x === undefined || by === undefined || operands(distance).length > 2 || !isSymbol(x)) return null
  const centre: Node = operator(distance) === 'Subtract' ? by : ['Negate', by]
  const [low, high] = [boundAt(['Subtract', centre, width.exact as Node]), boundAt(['Add', centre, width.exact as Node])]
  if (!low || !high) return null
  const within = intersect(halfLine('\\ge', low), halfLine('\\le', high))
  const open = intersect(halfLine('>', low), halfLine('<', high))
  if (direction === '\\le') return within
  if (direction === '<') return open
  if (direction === '=') return [...(point(low) ?? []), ...(point(high) ?? [])]
  if (direction === '>') return [...halfLine('<', low), ...halfLine('>', high)]
  return direction === '\\ge' ? [...halfLine('\\le', low), ...halfLine('\\ge', high)] : null
}

const mirrored: Partial<Record<Sign, Sign>> = { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le', '\\ne': '\\ne', '=': '=' }

function halfLine(sign: Sign, value: Bound): Piece[] {
  const closed = sign === '\\le' || sign === '\\ge'
  if (sign === '=') return point(value) ?? []
  if (sign === '\\ne') return gaps([value])
  const isUpper = sign === '<' || sign === '\\le'
  return [isUpper ? { ...everything, high: value, highClosed: closed } : { ...everything, low: value, lowClosed: closed }]
}

function intersect(a: Piece[], b: Piece[]): Piece[] {
  return a.flatMap((x) =>
    b.flatMap((y) => {
      const [below, above] = [compare(x.low, y.low), compare(x.high, y.high)]
      const lower = below > 0 || (below === 0 && !x.lowClosed) ? x : y
      const upper = above < 0 || (above === 0 && !x.highClosed) ? x : y
      const piece = { low: lower.low, lowClosed: lower.lowClosed, high: upper.high, highClosed: upper.highClosed }
      const width = compare(piece.low, piece.high)
      return width < 0 || (width === 0 && piece.lowClosed && piece.highClosed) ? [piece] : []
    }),
  )
}

function merge(pieces: Piece[]): Piece[] {
  const merged: Piece[] = []
  for (const piece of [...pieces].sort((a, b) => compare(a.low, b.low) || Number(b.lowClosed) - Number(a.lowClosed))) {
    const last = merged.at(-1)
    const gap = last ? compare(piece.low, last.high) : 1
    if (!last || gap > 0 || (gap === 0 && !piece.lowClosed && !last.highClosed)) {
      merged.push({ ...piece })
      continue
    }
    const above = compare(piece.high, last.high)
    if (above > 0 || (above === 0 && piece.highClosed)) {
      last.high = piece.high
      last.highClosed = piece.highClosed
    }
  }
  return merged
}

/** The same pieces, bounds exactly equal. */
export const sameRealSet = (a: readonly Piece[], b: readonly Piece[]): boolean =>
  a.length === b.length &&
  a.every((x, i) => {
    const y = b[i] as Piece
    return compare(x.low, y.low) === 0 && compare(x.high, y.high) === 0 && x.lowClosed === y.lowClosed && x.highClosed === y.highClosed
  })
