import { readAnnounced } from '../number/read-announced.ts'
import { withSpelledStart } from '../number/spelled.ts'
import type { Leaf } from './answer.ts'
import { replaceCommand } from './scan.ts'

/** Words and signs that only a number with a magnitude, a time or several units holds. */
const hint = /[A-Za-z\u0400-\uffff]|\d(?:\{:\}|:)\d/

/** Digits grouped as in Germany, India, Switzerland, France. */
const grouped =
  /^[-+]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?|\d{1,3}(?:'\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+,\d+)$/

/**
 * Numbers that are more than digits: `5 million`, `\$3k`, `24\text{ dozen}`, `7 a.m.`, `3{:}30 p.m.`, `2 hours 30 minutes`, `5 ft 6 in`, `1.234,5`; null
 * for all else. `clocks`: whether `3:30` is a time without more.
 */
export function readSpecial(item: string, clocks: boolean): Leaf | null {
  const isGrouped = grouped.test(item)
  if (!(isGrouped || hint.test(item)) || item.length > 200) return null
  const text = replaceCommand(item, /\\(?:text|mathrm)\s*\{/g, (content) => content)
    .replaceAll('\\$', '$')
    .replace(/\s+/g, ' ')
    .trim()
  // The power of a unit: units are compared by those who know them.
  if (/\\(?!times|cdot)|[A-Za-z]\s*\^/.test(text)) return null
  const spelled = /\d/.test(text) ? text : withSpelledStart(text)
  if (spelled !== text && whole.test(spelled)) return spelledLeaf(spelled)
  const written = readAnnounced(text, 'gold')?.written
  if (!written) return null
  const isTime = written.clock !== undefined && (clocks || /\{:\}|[ap]\.?\s?m\b|\b(?:noon|midnight)\b|\dh\d\d/i.test(text))
  const isCompound = written.unit !== undefined && (text.match(/\d+/g)?.length ?? 0) > 1 && /[A-Za-z]\D*\d/.test(text)
  if (!isGrouped && !isTime && !isCompound && !(written.scaled && !written.clock)) return null
  const { n, d } = written.value
  const latex = isTime ? `\\text{${text.replace(/[{}]/g, '')}}` : d === 1n ? `${n}` : `${n < 0n ? '-' : ''}\\frac{${n < 0n ? -n : n}}{${d}}`
  return { kind: 'expression', latex, unit: null, percent: written.percent, written }
}

/** A number that stood in words, with what is counted or without. */
const whole =
  /^(?:(?:minus|negative|moins|menos|meno|минус|[负負])\s*)?\d+(?:(?: \d+)?\/\d+)?(?:(?:\s+\p{L}[\p{L}\p{M}]*){0,2}|\s*[\u3040-\u9fff]+|%)[.。!]?$/iu

function spelledLeaf(text: string): Leaf | null {
  const written = readAnnounced(text, 'gold')?.written
  if (!written || written.clock) return null
  const { n, d } = written.value
  return { kind: 'expression', latex: d === 1n ? `${n}` : `\\frac{${n}}{${d}}`, unit: null, percent: written.percent, written }
}

/** `10:15` may be a time or a ratio: two digits below 60 behind an hour. */
export function mayBeClock(item: string): boolean {
  const match = /^\s*(\d{1,2}):([0-5]\d)\s*$/.exec(item)
  return match !== null && Number(match[1]) <= 24
}

/** A time that would be no ratio, since it is not in lowest terms: `3:30` and `10:15`, not `5:12`. */
export function isRatherClock(item: string): boolean {
  const [a, b] = item.split(':').map(Number) as [number, number]
  const gcd = (x: number, y: number): number => (y === 0 ? x : gcd(y, x % y))
  return mayBeClock(item) && (gcd(a, b) > 1 || a === 0 || b === 0)
}
