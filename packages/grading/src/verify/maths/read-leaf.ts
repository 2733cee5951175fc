import type { Written } from '../number/written.ts'
import { parseDecimal, rational } from '../rational.ts'
import type { Answer } from './answer.ts'
import { isWord } from './is-word.ts'
import { stripUnit } from './strip-unit.ts'
import { bare } from './tidy.ts'

/** Digits with thousands commas or not, and a point. */
const plainNumber = /^[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*|\.\d+)$/
/** `1,234` and `\$1,234.50` are numbers; `1, 234` and `1,23` are lists. */
export const readsAsNumber = (text: string) => plainNumber.test(text.trim()) || plainNumber.test(stripUnit(text).body.trim())

/** Words that introduce an answer: `\text{The area is } 5`. */
const label = /^\\text\{[^{}]*(?:[:=]|\b(?:about|approximately|roughly|exactly|only|is|total|area|length|volume)\b)[^{}]*\}\s*(?=[-\d\\(])/i
const allText = /^(?:\\text\{[^{}]*\}[\s.]*)+$/
/** `\text{June }20` */
const textWithNumbers = /^\\text\{\s*[A-Za-z]{2,}(?:\\text\{[^{}]*\}|[^{}]*\}|[\s\d.,:-])+$/
/** `\text{12 apples}`: a number that somebody set as text. */
const numberAsText = /^\\text\{\s*([-+]?[\d.,/]+\s*[^\d]*)\}$/
const plainWords = /^[(]?[A-Za-z][a-z]{2,}(?:[\s'-]+[A-Za-z]+)*[).]?$/
/** Words in a script that formulas are not written in. */
const foreignWords = /^(?=[^]*[^\x00-\x7f\s]{2})[\p{L}\p{M}\s'’-]+$/u
/** `1 000 000` */
const spacedThousands = /^[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?$/

/** Reads an answer without inner structure: words, or an expression with its unit. */
export function readLeaf(labelled: string): Answer {
  const item = labelled.replace(label, '')
  if ((allText.test(item) || textWithNumbers.test(item)) && !numberAsText.test(item)) return { kind: 'text', text: item }
  const { body, unit, percent } = stripUnit(item.replace(numberAsText, '$1'))
  const latex = body
    .trim()
    .replace(spacedThousands, (grouped) => grouped.replaceAll(' ', ''))
    .replace(/^([-+]?)(\d+)\s+(\d+)\s*\/\s*(\d+)$/, '$1($2\\frac{$3}{$4})')
  // Two numbers side by side are neither their product nor one number.
  if (/(?<![_\d])\d+\s+\d/.test(latex)) return { kind: 'text', text: latex }
  if (foreignWords.test(latex)) return { kind: 'text', text: latex }
  if (plainWords.test(latex) && (!/^[A-Za-z]+$/.test(latex) || isWord(latex))) return { kind: 'text', text: latex }
  return { kind: 'expression', latex, unit, percent, written: readWritten(latex, percent) }
}

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
