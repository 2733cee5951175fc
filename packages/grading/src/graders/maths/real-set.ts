import { isSymbol } from './node.ts'
import { parseLatex } from './parse-latex.ts'
import { realConstant } from './same-expression.ts'
import { splitTop } from './scan.ts'
import type { Answer, Relation, Sign } from './answer.ts'
import { readAnswer } from './read-answer.ts'

/** A piece of the real line. At infinity, `closed` is kept as written, so that `[-\infty, 0]` stays wrong. */
export type Piece = { low: number; lowClosed: boolean; high: number; highClosed: boolean }

const everything: Piece = { low: -Infinity, lowClosed: false, high: Infinity, highClosed: false }

/**
 * The set of reals that an answer describes (intervals, unions, sets, inequalities in one symbol, \mathbb{R} without some points) as
 * disjoint pieces in order, or null.
 */
export function realSet(answer: Answer): Piece[] | null {
  const pieces = collect(answer)
  return pieces && merge(pieces)
}

function collect(answer: Answer): Piece[] | null {
  switch (answer.kind) {
    case 'tuple': {
      const [low, high] = answer.items.map(bound)
      if (answer.items.length !== 2 || low === undefined || high === undefined || !(low <= high)) return null
      return [{ low, lowClosed: answer.open === '[', high, highClosed: answer.close === ']' }]
    }
    case 'set':
      return every(answer.items.map((item) => point(bound(item))))
    case 'union':
      return every(answer.parts.map(collect))
    case 'relation':
      return inequality(answer)
    case 'list': {
      const sets = answer.items.map((item) => (['relation', 'tuple', 'union'].includes(item.kind) ? collect(item) : null))
      if (answer.joint === 'or' || !answer.items.every((item) => item.kind === 'relation')) return every(sets)
      const all = every(sets)
      if (!all) return null
      const common = (sets as Piece[][]).reduce((left, right) => intersect(merge(left), merge(right)))
      return common.length > 0 ? common : all
    }
    case 'expression':
      return expressionSet(answer.latex)
    default:
      return null
  }
}

const every = (sets: (Piece[] | null)[]) => (sets.some((set) => set === null) ? null : sets.flatMap((set) => set as Piece[]))
const point = (x: number): Piece[] | null => (Number.isFinite(x) ? [{ low: x, lowClosed: true, high: x, highClosed: true }] : null)

function expressionSet(latex: string): Piece[] | null {
  const { parts } = splitTop(latex, /\\setminus(?![A-Za-z])|(?<=\})-(?=\\\{)/y)
  const [whole = '', ...without] = parts.map((part) => part.trim())
  const base = /^(?:\\mathbb\s*\{?R\}?|\\R|\\Reals)$/.test(whole) ? [everything] : null
  if (without.length === 0 || !base) return base
  return without.reduce<Piece[] | null>((left, part) => {
    const answer = readAnswer(part)
    const removed = answer?.kind === 'set' ? answer.items.map(bound) : []
    return left && removed.length > 0 && removed.every(Number.isFinite) ? intersect(left, gaps(removed)) : null
  }, base)
}

/** Everything but some points. */
function gaps(points: number[]): Piece[] {
  const sorted = [-Infinity, ...[...points].sort((a, b) => a - b), Infinity]
  return sorted.slice(1).map((high, i) => ({ low: sorted[i] as number, lowClosed: false, high, highClosed: false }))
}

function bound(item: Answer): number {
  if (item.kind !== 'expression') return NaN
  const infinite = /^([-+]?)\s*\\infty$/.exec(item.latex)
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : (realConstant(parseLatex(item.latex)) ?? NaN)
}

/** `x > 3`, `1 < x \le 3`, `x \ne 2`: bounds on one symbol that stands alone. */
function inequality({ sides, signs }: Relation): Piece[] | null {
  const at = sides.findIndex((side) => isSymbol(parseLatex(side)) && /^[A-Za-z]/.test(side))
  const isOther = (sign: Sign) => sign === '\\approx' || sign === '\\equiv' || (sign === '=' && sides.length > 2)
  if (at < 0 || sides.length > 3 || signs.some(isOther)) return null
  return signs.reduce<Piece[] | null>(
    (left, sign, i) => {
      const other = i >= at ? (sides[i + 1] as string) : (sides[i] as string)
      const value = Math.abs(i + 0.5 - at) === 0.5 ? bound(readAnswer(other) ?? { kind: 'text', text: '' }) : NaN
      const half = Number.isNaN(value) ? null : halfLine(i >= at ? sign : (mirrored[sign] as Sign), value)
      return left && half && intersect(left, half)
    },
    [everything],
  )
}

const mirrored: Partial<Record<Sign, Sign>> = { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le', '\\ne': '\\ne', '=': '=' }

function halfLine(sign: Sign, value: number): Piece[] {
  const closed = sign === '\\le' || sign === '\\ge'
  if (sign === '=') return point(value) ?? []
  if (sign === '\\ne') return gaps([value])
  const isUpper = sign === '<' || sign === '\\le'
  return [isUpper ? { ...everything, high: value, highClosed: closed } : { ...everything, low: value, lowClosed: closed }]
}

function intersect(a: Piece[], b: Piece[]): Piece[] {
  return a.flatMap((x) =>
    b.flatMap((y) => {
      const lower = x.low > y.low || (x.low === y.low && !x.lowClosed) ? x : y
      const upper = x.high < y.high || (x.high === y.high && !x.highClosed) ? x : y
      const piece = { low: lower.low, lowClosed: lower.lowClosed, high: upper.high, highClosed: upper.highClosed }
      return piece.low < piece.high || (piece.low === piece.high && piece.lowClosed && piece.highClosed) ? [piece] : []
    }),
  )
}

function merge(pieces: Piece[]): Piece[] {
  const merged: Piece[] = []
  for (const piece of [...pieces].sort((a, b) => a.low - b.low || Number(b.lowClosed) - Number(a.lowClosed))) {
    const last = merged.at(-1)
    if (!last || piece.low > last.high || (piece.low === last.high && !piece.lowClosed && !last.highClosed)) merged.push({ ...piece })
    else if (piece.high > last.high || (piece.high === last.high && piece.highClosed)) {
      last.high = piece.high
      last.highClosed = piece.highClosed
    }
  }
  return merged
}

/** The same pieces, bounds to nine digits. */
export function sameRealSet(a: readonly Piece[], b: readonly Piece[]): boolean {
  const isNear = (x: number, y: number) => Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y))
  const same = (x: number, y: number) => x === y || (Number.isFinite(x) && Number.isFinite(y) && isNear(x, y))
  return (
    a.length === b.length &&
    a.every((x, i) => {
      const y = b[i] as Piece
      return same(x.low, y.low) && same(x.high, y.high) && x.lowClosed === y.lowClosed && x.highClosed === y.highClosed
    })
  )
}
