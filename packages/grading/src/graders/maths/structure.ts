import { parseDecimal, rational } from '../rational.ts'
import type { Written } from '../number.ts'
import { bare, tidy } from './tidy.ts'
import { closingBracket, replaceCommand, splitTop } from './scan.ts'
import { stripUnit } from './units.ts'

/** An answer taken apart. Leaves hold tidied LaTeX; what they mean is settled when two of them are compared. */
export type Answer =
  | { kind: 'text'; text: string }
  | { kind: 'expression'; latex: string; unit: string | null; percent: boolean; written: Written | null }
  /** Several answers: in no order, joined by commas, "and" or "or". */
  | { kind: 'list'; items: Answer[]; joint: 'comma' | 'and' | 'or' }
  | { kind: 'set'; items: Answer[] }
  /** In round or square brackets: a tuple, a point, or an interval. */
  | { kind: 'tuple'; items: Answer[]; open: string; close: string }
  | { kind: 'union'; parts: Answer[] }
  | { kind: 'ratio'; terms: Answer[] }
  /** `a = b = c`, `1 < x \le 3`: sides and the relation signs between them. */
  | { kind: 'relation'; sides: string[]; signs: Sign[] }
export type Sign = '=' | '<' | '>' | '\\le' | '\\ge' | '\\ne' | '\\approx' | '\\equiv'

/** Tidied text that has grown beyond this (a thousand root signs) is no answer. */
const longest = 8192

const semicolon = /;|\\\\/y
const joints = /\s*(?:,\s*)?(?:\\text\{\s*,?\s*(?:and|or)\s*\}|(?<![A-Za-z\\])(?:and|or)(?![a-z]))\s*|\s*,\s*/y
const relations = /\\(?:le|ge|ne|approx|equiv)(?![A-Za-z])|[=<>]/y
const unions = /\\cup(?![A-Za-z])/y
const colon = /(?<!\\text\{[^{}]*):/y
const plainNumber = /^[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*|\.\d+)$/

/** Reads one answer, LaTeX or plain text, without its surrounding sentence; null when it is empty. */
export function readAnswer(text: string): Answer | null {
  const tidied = tidy(text)
  return tidied.length > longest ? null : read(unwrap(tidied))
}

/** Takes off dollar signs, boxes, environments, outer commands and closing punctuation. */
function unwrap(tidied: string): string {
  let text = replaceCommand(tidied, /\\f?boxed\s*\{/g, (content) => content)
  text = text.replace(/\\begin\{(?:align|aligned|equation|gather|cases|split)\*?\}|\\end\{(?:align|aligned|equation|gather|cases|split)\*?\}|(?<!\\)\\[[\]()]|\\tag\{[^}]*\}/g, ' ')
  text = text.replace(/(?<!\\)\$/g, (_dollar, at: number) => (/^\s*[\d.]/.test(text.slice(at + 1)) && !text.slice(at + 1).includes('$') && (text.match(/\$/g)?.length ?? 0) % 2 === 1 ? '\\$' : ' '))
  return text.replace(/\\\\\s*&?\s*(?=[=<>])|&(?=\s*[=<>])|&$/g, ' ').trim().replace(/^(?:(?:[:=,]|\.(?!\d))\s*)+|(?:\s*(?:[.,;:]|\\\\))+$/g, '').trim()
}

function read(text: string): Answer | null {
  const trimmed = text.trim().replace(/^\+(?=\s*[\d\\.A-Za-z(])/, '').trim()
  if (trimmed === '') return null
  if (plainNumber.test(trimmed)) return readLeaf(trimmed)
  const groups = splitTop(trimmed, semicolon).parts.filter((part) => part.trim() !== '')
  if (groups.length > 1 && !/\\begin/.test(trimmed)) return list(groups.map((group) => asGroup(read(group))), 'comma')
  const { parts, found } = splitTop(trimmed, joints)
  const filled = parts.filter((part) => part.trim() !== '')
  if (filled.length > 1 && !readsAsNumber(trimmed)) {
    const joint = found.some((by) => by.includes('or')) ? 'or' : found.some((by) => by.includes('and')) ? 'and' : 'comma'
    return list(filled.map(read), joint)
  }
  return readItem(filled.length === 1 && parts.length > 1 ? (filled[0] as string) : trimmed)
}

/** `1,234` and `\$1,234.50` are numbers; `1, 234` and `1,23` are lists. */
const readsAsNumber = (text: string) => plainNumber.test(stripUnit(text).body.trim())

/** `p=5,q=2` between semicolons is one solution: a tuple. */
const asGroup = (answer: Answer | null): Answer | null => (answer?.kind === 'list' ? { kind: 'tuple', items: answer.items, open: '(', close: ')' } : answer)

function list(items: (Answer | null)[], joint: 'comma' | 'and' | 'or'): Answer | null {
  const flat = items.filter((item) => item !== null).flatMap((item) => (item.kind === 'list' ? item.items : [item]))
  return flat.length === 0 ? null : flat.length === 1 ? (flat[0] as Answer) : { kind: 'list', items: flat, joint }
}

function readItem(text: string): Answer | null {
  const item = text.trim()
  if (/\\(?:pm|mp)(?![A-Za-z])/.test(item)) {
    const signed = (upper: string, lower: string) => item.replace(/\\pm(?![A-Za-z])/g, upper).replace(/\\mp(?![A-Za-z])/g, lower)
    return list([read(signed('+', '-')), read(signed('-', '+'))], 'comma')
  }
  const member = /^(?:[A-Za-z](?:_\{?\w+\}?)?|\([^()]*\))\s*\\in(?![A-Za-z])/.exec(item)
  if (member) return read(item.slice(member[0].length))
  const { parts: sides, found } = splitTop(item, relations)
  if (sides.length > 1) {
    const filled = sides.map((side) => side.trim())
    if (found[0] === '=' && /^\\text\{[^{}]*\}$/.test(filled[0] as string)) return readItem(item.slice(item.indexOf('=') + 1))
    if (filled.every((side) => side !== '')) return { kind: 'relation', sides: filled, signs: found as Sign[] }
    if (filled.filter((side) => side !== '').length === 1) return read(filled.find((side) => side !== '') as string)
  }
  const parts = splitTop(item, unions).parts
  if (parts.length > 1) return { kind: 'union', parts: parts.map(read).filter((part) => part !== null) }
  return readBrackets(item) ?? readRatio(item) ?? readLeaf(item)
}

function readBrackets(item: string): Answer | null {
  const escaped = item.startsWith('\\{')
  const open = item[escaped ? 1 : 0] as string
  if (!'([{'.includes(open) || closingBracket(item, escaped ? 1 : 0) !== item.length - 1) return null
  const inside = item.slice(escaped ? 2 : 1, escaped ? -2 : -1)
  const close = item.at(-1) as string
  const { parts } = splitTop(inside, /\s*[,;]\s*/y)
  if (escaped) {
    if (/\\?[|:]/.test(inside) && /[<>=]|\\(?:le|ge|ne|in)/.test(inside)) return read(inside.slice(inside.search(/\\?[|:]/)).replace(/^\\?[|:]/, ''))
    return { kind: 'set', items: flatten(parts.map(read)) }
  }
  if (open === '{') return read(inside)
  if (parts.length === 1 && inside.trim().startsWith('\\begin')) return read(inside)
  if (parts.length === 1) return open === '(' && close === ')' && !/^\s*[A-Z]\s*$/.test(inside) ? read(inside) : null
  if (parts.some((part) => part.trim() === '')) return null
  return { kind: 'tuple', items: parts.map(read).filter((part) => part !== null), open, close }
}

const flatten = (items: (Answer | null)[]) => items.filter((item) => item !== null).flatMap((item) => (item.kind === 'list' ? item.items : [item]))

function readRatio(item: string): Answer | null {
  const terms = splitTop(item, colon).parts.map((part) => part.trim())
  return terms.length > 1 && terms.every((term) => term !== '' && !/[A-Za-z]{2}(?![A-Za-z]*\{)/.test(term.replace(/\\[A-Za-z]+/g, ''))) ? { kind: 'ratio', terms: terms.map(readLeaf) } : null
}

function readLeaf(labelled: string): Answer {
  const item = labelled.replace(label, '')
  const isText = (/^\\text\{\s*[A-Za-z]{2,}/.test(item) && /^(?:\\text\{[^{}]*\}|[\s\d.,:-])+$/.test(item)) || /^(?:\\text\{[^{}]*\}[\s.]*)+$/.test(item) && !/^\\text\{\s*[-+]?[\d.,/]+\s*[^\d]*\}$/.test(item)
  if (isText) return { kind: 'text', text: item }
  const { body, unit, percent } = stripUnit(item.replace(/^\\text\{\s*([-+]?[\d.,/]+\s*[^\d]*)\}$/, '$1'))
  const latex = body.trim().replace(/^[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?$/, (grouped) => grouped.replaceAll(' ', '')).replace(/^([-+]?)(\d+)\s+(\d+)\s*\/\s*(\d+)$/, '$1($2\\frac{$3}{$4})')
  if (/^[(]?[A-Za-z][a-z]{2,}(?:[\s'-]+[A-Za-z]+)*[).]?$/.test(latex) && !latex.includes('\\')) return { kind: 'text', text: latex }
  return { kind: 'expression', latex, unit, percent, written: readWritten(latex, percent) }
}

/** Words that introduce an answer: `\text{The area is } 5`. */
const label = /^\\text\{[^{}]*(?:[:=]|\b(?:about|approximately|roughly|exactly|only|is|total|area|length|volume)\b)[^{}]*\}\s*(?=[-\d\\(])/i

/** A plain number or a fraction of plain numbers. */
function readWritten(latex: string, percent: boolean): Written | null {
  const compact = bare(latex)
  if (plainNumber.test(compact)) {
    const plain = compact.replaceAll(',', '')
    const value = parseDecimal(plain)
    const point = plain.indexOf('.')
    return value && { value, places: point < 0 ? null : plain.length - point - 1, percent }
  }
  const fraction = /^([-+]?)(?:\\frac\{([-+]?)(\d+)\}\{(\d+)\}|\\frac(\d)(\d)|(\d+)\/(\d+))$/.exec(compact)
  if (!fraction) return null
  const [, sign, inner, a, b, c, d, e, f] = fraction
  const n = BigInt((a ?? c ?? e) as string)
  const value = rational((sign === '-') !== (inner === '-') ? -n : n, BigInt((b ?? d ?? f) as string))
  return value && { value, places: null, percent }
}
