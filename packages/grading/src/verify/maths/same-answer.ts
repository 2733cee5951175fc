import { isQuotient, sameName } from '../name.ts'
import { isRounding, parseDecimal, sameRational } from '../rational.ts'
import { sameNumber } from '../number/same-number.ts'
import type { Written } from '../number/written.ts'
import { exactValue } from './exact-value.ts'
import { symbols, type Node } from './node.ts'
import { parseLatex } from './parse-latex.ts'
import { realSet, sameRealSet } from './real-set.ts'
import { asAssignment, isConstant, sameRelation, type Assignment } from './relation.ts'
import { realConstant, sameExpression } from './same-expression.ts'
import { measure, sameQuantity } from './same-quantity.ts'
import type { Answer, Leaf, Tuple } from './answer.ts'
import { isWord } from './is-word.ts'
import { readAnswer } from './read-answer.ts'
import { readLeaf } from './read-leaf.ts'
import { isRatherClock, mayBeClock, readSpecial } from './read-special.ts'
import { bare, words } from './tidy.ts'

/** Whether an answer says the same as the gold one, by the rules of POLICY.md. Runs the CAS: only in workers. */
export function sameAnswer(gold: Answer, answer: Answer): boolean {
  if (gold.kind === 'text' || answer.kind === 'text') return sameText(gold, answer)
  if (gold.kind === 'relation' || answer.kind === 'relation') return sameWithRelations(gold, answer)
  if (gold.kind === 'expression' && answer.kind === 'expression')
    return sameLeaf(gold, answer) || (gold.latex.includes('\\setminus') && sameSets(gold, answer))
  if (gold.kind === 'tuple' && answer.kind === 'tuple') return sameTuple(gold, answer)
  if (gold.kind === 'ratio' || answer.kind === 'ratio') return sameRatio(gold, answer)
  if (isSet(gold) || isSet(answer)) return sameSets(gold, answer)
  return sameMany(gold, answer)
}

const isSet = (answer: Answer) => answer.kind === 'union' || (answer.kind === 'expression' && answer.latex.includes('\\mathbb'))

function sameSets(gold: Answer, answer: Answer): boolean {
  const [a, b] = [realSet(gold), realSet(answer, true)]
  if (a && b) return sameRealSet(a, b) && sameUnknown(unknown(gold), unknown(answer))
  return gold.kind === 'union' && answer.kind === 'union' && matchAll(gold.parts, answer.parts)
}

function sameWithRelations(gold: Answer, answer: Answer): boolean {
  const [a, b] = [assignment(gold), assignment(answer)]
  const areNamed = a !== null && b !== null && a.key !== '' && b.key !== '' // `\\text{area}=25` holds no symbol
  if (gold.kind === 'relation' && answer.kind === 'relation' && !areNamed && isConstant(gold) && isConstant(answer))
    return sameRelation(gold, answer)
  if (a && b) {
    if (sameName(a.key, b.key) && sameAnswer(a.value, b.value)) return true
  } else if (a && answer.kind !== 'relation') return mayBeGiven(a, answer) && sameAnswer(a.value, answer)
  else if (b && gold.kind !== 'relation') return mayBeGiven(b, gold) && sameAnswer(gold, b.value)
  if (gold.kind === 'relation' && answer.kind === 'relation' && sameRelation(gold, answer)) return true
  return !(a && b) && sameSets(gold, answer)
}

/** A quantity with a name of its own is no ratio of two: `4:1` is not `\\beta=4`, on either side. */
const mayBeGiven = ({ key, value }: Assignment, answer: Answer) =>
  answer.kind !== 'ratio' || value.kind === 'ratio' || isClock(value) || isQuotient(key) || /ratio/i.test(key)

const assignment = (answer: Answer): Assignment | null => (answer.kind === 'relation' ? asAssignment(answer) : null)

/** Lists, sets and tuples against each other or against a single answer. */
function sameMany(gold: Answer, answer: Answer): boolean {
  const [a, b] = [members(gold), members(answer)]
  if (a.items.length === 1 && b.items.length > 1) a.items = commasAsList(gold, b.items.length) ?? a.items
  if (b.items.length === 1 && a.items.length > 1) b.items = commasAsList(answer, a.items.length) ?? b.items
  if (a.items.length !== b.items.length) return gold.kind === 'list' && answer.kind !== 'set' && relationsAsSets(gold, answer)
  if (a.names && b.names) {
    const places = a.names.map((name) => (b.names as string[]).findIndex((other) => sameName(name, other)))
    if (new Set(places).size !== places.length || places.includes(-1)) return false
    return a.items.every((item, i) => sameAnswer(item, b.items[places[i] as number] as Answer))
  }
  if (a.name !== '' && b.name !== '' && !sameName(a.name, b.name)) return false
  if (a.names || b.names || gold.kind === 'tuple' || answer.kind === 'tuple') {
    if (gold.kind === 'set' || answer.kind === 'set') return false
    return a.items.every((item, i) => sameAnswer(item, b.items[i] as Answer)) || relationsAsSets(gold, answer)
  }
  return matchAll(a.items, b.items) || relationsAsSets(gold, answer)
}

/** `15,600` reads as a number, but against two answers as two. */
function commasAsList(answer: Answer, count: number): Answer[] | null {
  const parts = answer.kind === 'expression' && answer.written ? answer.latex.split(',') : []
  return parts.length === count ? parts.map((part) => readAnswer(part) as Answer) : null
}

function relationsAsSets(gold: Answer, answer: Answer): boolean {
  const mayBeSet = (side: Answer) => side.kind === 'list' && side.items.some(({ kind }) => kind === 'relation' || kind === 'tuple')
  return (mayBeSet(gold) || mayBeSet(answer)) && sameSets(gold, answer)
}

/** The symbols that inequalities are about; none where the set is written without. */
function unknown(answer: Answer): string {
  if (answer.kind === 'relation') return [...new Set(answer.sides.flatMap((side) => [...symbols(parseLatex(side))]))].sort().join()
  const parts = answer.kind === 'list' ? answer.items : answer.kind === 'union' ? answer.parts : []
  return parts.map(unknown).find((name) => name !== '') ?? ''
}
const sameUnknown = (a: string, b: string) => a === '' || b === '' || a === b

/**
 * The members of a list, set or tuple, with their names where each has one of its own: `x = 1, y = 2`, but not `n = 2, 3` or `x = 2, x =
 * 3`; `name` is the one they share.
 */
function members(answer: Answer): { items: Answer[]; names: string[] | null; name: string } {
  const items = answer.kind === 'list' || answer.kind === 'set' || answer.kind === 'tuple' ? answer.items : [answer]
  const assigned = items.map(assignment)
  const names = assigned.map((one) => one?.key ?? '')
  const values = items.map((item, i) => assigned[i]?.value ?? item).flatMap((value) => (value.kind === 'list' ? value.items : [value]))
  const distinct = names.every((name) => name !== '') && new Set(names).size === names.length && values.length === names.length
  const common = names.every((name) => name === names[0]) ? (names[0] ?? '') : ''
  return { items: values, names: distinct && names.length > 1 ? names : null, name: common }
}

/** A one-to-one match in any order. */
function matchAll(gold: readonly Answer[], answer: readonly Answer[]): boolean {
  if (gold.length !== answer.length) return false
  const left = [...answer]
  return gold.every((item) => {
    const at = left.findIndex((other) => sameAnswer(item, other))
    return at >= 0 && left.splice(at, 1).length === 1
  })
}

function sameTuple(gold: Tuple, answer: Tuple): boolean {
  if (gold.items.length !== answer.items.length) return false
  if (gold.open !== answer.open || gold.close !== answer.close) return false
  const [a, b] = [members(gold), members(answer)]
  if (a.names && b.names) return sameMany(gold, answer)
  return a.items.length === b.items.length && a.items.every((item, i) => sameAnswer(item, b.items[i] as Answer))
}

/** `3:2`, `6:4` and 3/2 say the same. What has zeros has them in the same places, and a ratio of nothing but zeros is none. */
function sameRatio(gold: Answer, answer: Answer): boolean {
  if (isClock(gold) || isClock(answer) || (gold.kind === 'ratio' && isRatherClock(gold.text))) {
    const [time, other] = [clockOf(gold), clockOf(answer)]
    return time !== null && other !== null && sameNumber(time, other)
  }
  if (gold.kind === 'ratio' && answer.kind === 'ratio' && mayBeClock(gold.text) && mayBeClock(answer.text))
    return sameTerms(gold.terms, answer.terms)
  const [a, b] = [terms(gold), terms(answer)]
  if (!a || !b || a.length !== b.length) return false
  const [zeros, others] = [a.map(vanishes), b.map(vanishes)]
  if (zeros.every(Boolean) || others.every(Boolean) || zeros.some((zero, i) => zero !== others[i])) return false
  const first = zeros.indexOf(false)
  return a.every((term, i) => sameExpression(['Multiply', term, b[first] as Node], ['Multiply', b[i] as Node, a[first] as Node]))
}

const isClock = (answer: Answer) => answer.kind === 'expression' && answer.written?.clock !== undefined
const clockOf = (answer: Answer): Written | null =>
  (answer.kind === 'expression' ? answer.written : answer.kind === 'ratio' ? readSpecial(answer.text, true)?.written : null) ?? null
const sameTerms = (a: readonly Answer[], b: readonly Answer[]) =>
  a.length === b.length && a.every((term, i) => sameAnswer(term, b[i] as Answer))
/** Undefined terms count as zeros: a ratio of them is none. */
const vanishes = (term: Node) => sameExpression(term, 0) || (symbols(term).size === 0 && realConstant(term) === null)

function terms(answer: Answer): Node[] | null {
  if (answer.kind === 'ratio') return answer.terms.map((term) => (term.kind === 'expression' ? parseLatex(term.latex) : 'Nothing'))
  if (answer.kind === 'expression' && answer.written?.clock) return null
  return answer.kind === 'expression' ? [parseLatex(answer.latex), 1] : null
}

/** A single letter as an answer is a label. */
const isLetter = (latex: string) => /^[A-Za-z]$/.test(latex)
const based = /^([\dA-Fa-f]+)_(?:\{([^{}]+)\}|(\d))$/

function sameLeaf(gold: Leaf, answer: Leaf): boolean {
  const decided = sameQuantity(gold, answer)
  if (decided !== null) return decided
  const [a, b] = [based.exec(bare(gold.latex)), based.exec(bare(answer.latex))]
  if (a) return measure(answer) === null && a[1] === (b?.[1] ?? bare(answer.latex)) && (b === null || (a[2] ?? a[3]) === (b[2] ?? b[3]))
  if (b && /^\d+$/.test(b[1] as string) && (b[2] ?? b[3]) === '10') return sameLeaf(gold, readLeaf(b[1] as string) as Leaf)
  if (isLetter(gold.latex) && isLetter(answer.latex)) return gold.latex.toLowerCase() === answer.latex.toLowerCase()
  if (isWord(gold.latex)) return words(gold.latex) === words(answer.latex)
  if (areAnagrams(gold.latex, answer.latex)) return false
  const [x, y] = [parseLatex(ungrouped(gold)), parseLatex(ungrouped(answer))]
  if (sameExpression(x, y) || isRoundingOf(answer, x) || isRoundingOf(gold, y)) return true
  if (gold.percent === answer.percent) return false
  return gold.percent ? sameExpression(['Divide', x, 100], y) : sameExpression(x, ['Divide', y, 100])
}

/** The commas of a plain number are no list. */
const ungrouped = ({ latex, written }: Leaf) => (written && /^[-+]?[\d,.]+$/.test(latex) ? latex.replaceAll(',', '') : latex)

const letterRuns = (latex: string) =>
  [...latex.replace(/\\(?:begin|end|operatorname|mathbb|mathcal)\s*\{[^{}]*\}/g, ' ').matchAll(/(?<![\\A-Za-z])[A-Za-z]{4,}/g)]
    .map(([run]) => run.toLowerCase())
    .filter(isWord)
/** `2 star` and `2 rats`: the words in them are not the same words. */
function areAnagrams(gold: string, answer: string): boolean {
  const runs = letterRuns(gold)
  return runs.length > 0 && runs.sort().join() !== letterRuns(answer).sort().join()
}

/** A decimal that is a constant rounded to its own places: at least 4 significant digits for a fraction, 6 for an irrational number. */
function isRoundingOf(decimal: Leaf, exact: Node): boolean {
  const written = decimal.written
  if (!written || written.places === null || written.places > 20) return false
  const digits = bare(decimal.latex)
    .replace(/^[-+]?[0.,]*/, '')
    .replace(/\D/g, '').length
  const rational = exactValue(exact, new Map())
  if (rational) return digits >= 4 && isRounding(written.value, written.places, rational)
  const value = digits >= 6 ? realConstant(exact) : null
  // What is longer than the decimal by far is never written out: 10^(10^10) would fill the memory.
  const rounded = value === null || value.re.e > digits + 20 ? null : parseDecimal(value.re.toFixed(written.places, 4)) // a half goes up
  return rounded !== null && sameRational(rounded, written.value)
}

/** Words are compared without case, brackets and punctuation. */
function sameText(gold: Answer, answer: Answer): boolean {
  const [a, b] = [textOf(gold), textOf(answer)]
  if (a === null || b === null) return false
  if (gold.kind === 'expression' && /^[A-Za-z]+$/.test(a) && /^[A-Za-z]+$/.test(b) && !isWord(a))
    return sameExpression(parseLatex(a), parseLatex(b))
  return words(a) !== '' && words(a) === words(b) && (bare(a).startsWith('-') || !bare(b).startsWith('-'))
}

function textOf(answer: Answer): string | null {
  if (answer.kind === 'text') return answer.text
  if (answer.kind === 'expression') return answer.latex
  const value = assignment(answer)?.value
  return value ? textOf(value) : null
}
