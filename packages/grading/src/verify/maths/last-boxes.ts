import { magnitudeAt } from '../number/magnitude.ts'
import { closingBrace } from './scan.ts'

/** An answer and where in the text it stands. */
export type Found = { content: string; at: number }

/** `\boxed{`, `\fbox{`, and `\boxed 5`. */
const boxStart = /\\(?:f?boxed|fbox|framebox)(?:\s*\{|\s+(?=[\dA-Za-z])|(?=\d))/g

/** What may stand between boxes of one answer: math delimiters, spaces, punctuation, "and", "or", and the name of an assignment. */
const between = new RegExp(
  [
    String.raw`^(?:\s|\\[[\]()]|\$|\\q?quad|\\[,;! ]|[.,;&]`,
    String.raw`\\text\{\s*(?:and|or)\s*,?\s*\}|and|or`,
    String.raw`(?:\\?[A-Za-z](?:_\{?\w+\}?)?|[A-Za-z]\([a-z]\))\s*=)*\\*$`,
  ].join('|'),
)

/** Boxes looked at, from the last. */
const tried = 100

/** The last box, with the boxes before it that are parts of the same answer. */
export function lastBoxes(text: string): Found | null {
  const boxes = [...text.matchAll(boxStart)].slice(-tried).map((match) => {
    const start = match.index + match[0].length
    const braced = match[0].endsWith('{')
    const close = braced ? closingBrace(text, start - 1) : start + 1
    const end = close < 0 ? unclosedEnd(text, start) : close
    return { from: match.index, start, end, after: close < 0 ? end : end + (braced ? 1 : 0) }
  })
  const outer = boxes.filter((box) => !boxes.some((other) => other.from < box.from && other.end > box.from))
  const last = outer.at(-1)
  if (!last) return null
  let first = outer.length - 1
  while (first > 0 && between.test(text.slice((outer[first - 1] as typeof last).after, (outer[first] as typeof last).from))) first--
  const group = [...new Set(outer.slice(first).map((box) => text.slice(box.start, box.end).trim()))]
  const percent = group.length === 1 && /^\s*\$?\s*(?:\\?%|percent\b|pct\b)/.test(text.slice(last.after)) ? ' \\%' : ''
  const magnitude = group.length === 1 ? magnitudeAt(text, last.after, false) : null
  const content =
    group.join(' , ') + (magnitude ? ` \\text{ ${text.slice(last.after, magnitude.end).replace(/[^\p{L}\p{M}]/gu, '')}}` : percent)
  return content.trim() === '' ? null : { content, at: last.from }
}

/** An unclosed box ends with its formula or paragraph. */
function unclosedEnd(text: string, start: number): number {
  const end = text.slice(start).search(/\n\s*\n|\\\]|\\end\{/)
  return end < 0 ? text.length : start + end
}
