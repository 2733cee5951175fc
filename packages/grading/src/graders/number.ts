import type { Grade } from '@whetstone/core'
import { divide, isRounding, parseDecimal, rational, sameRational, type Rational } from './rational.ts'
import { noAnswer, toGrade, verdict, type Verdict } from './verdict.ts'

/** A number as it was written: its exact value, and the digits after the point of a decimal (null: a whole number or a fraction). */
export type Written = { value: Rational; places: number | null; percent: boolean }

const digits = String.raw`(?:\d{1,3}(?:(?:\{,\}|,\\!|\\,|,)\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+`
/** A sign counts unless it follows a number, a letter or a closing bracket: `16-3` ends in 3, `= -3` in -3. */
const sign = String.raw`(?<sign>[-−+](?<![\d)\]}%]\s*[-−+])\s*)?(?:\\?[$€£]\s*)?`
const denominator = String.raw`(?:\s*\/\s*(?<d>\d+)(?![\d.,]*\d))?`
const numberPattern = new RegExp(String.raw`(?<![\w.])${sign}(?<n>${digits})${denominator}(?<percent>\s*\\?%)?`, 'g')
/** Longer runs of digits are not read: no task needs them and exact arithmetic on them costs time. */
const longestRun = 256
const hundred: Rational = { n: 100n, d: 1n }
const separators = /\{,\}|,\\!|\\,|,/g

function toWritten(match: RegExpMatchArray): Written | null {
  const { sign, n = '', d, percent } = match.groups as { sign?: string; n?: string; d?: string; percent?: string }
  if (n.length > longestRun || (d?.length ?? 0) > longestRun) return null
  const plain = n.replace(separators, '')
  const value = parseDecimal(`${/[-−]/.test(sign ?? '') ? '-' : ''}${plain}`)
  if (!value) return null
  const point = plain.indexOf('.')
  const whole = d === undefined ? value : rational(value.n, value.d * BigInt(d))
  return whole && { value: whole, places: d !== undefined || point < 0 ? null : plain.length - point - 1, percent: percent !== undefined }
}

const first = (text: string) => text.match(new RegExp(numberPattern, '')) ?? null
const last = (text: string) => {
  let found: RegExpMatchArray | null = null
  for (const match of text.matchAll(numberPattern)) found = match
  return found
}

const announcement = /\b(?:final answer|answer)\b(?:\s+is\b|\s*[:=])[^\S\n]*/gi

/** Where an answer announces itself (`#### n`, `\boxed{n}`, "the answer is n"), its number; else the last number of the text. */
function findNumber(answer: string): RegExpMatchArray | null {
  const hashes = answer.lastIndexOf('####')
  if (hashes >= 0) return first(answer.slice(hashes + 4)) ?? last(answer.slice(0, hashes))
  const box = answer.lastIndexOf('\\boxed{')
  if (box >= 0) {
    const boxed = last(answer.slice(box + 7, closing(answer, box + 7)))
    if (boxed) return boxed
  }
  let announced = -1
  for (const match of answer.matchAll(announcement)) announced = match.index + match[0].length
  if (announced >= 0) {
    const sentence = /^[\s*]*(?:[^\n.]|\.(?=\S))*/.exec(answer.slice(announced))?.[0] ?? ''
    const found = first(sentence.slice(sentence.lastIndexOf('=') + 1))
    if (found) return found
  }
  return last(answer)
}

/** Position of the brace that closes the one just before `start`, or the text's end. */
function closing(text: string, start: number): number {
  let depth = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}

/** Reads the number that a text gives as its answer, e.g. a gold `1,450`, `$18` or a worked solution; null where there is none. */
export function readNumber(text: string): (Written & { text: string }) | null {
  const match = findNumber(text)
  const written = match && toWritten(match)
  return written && { ...written, text: (match as RegExpMatchArray)[0].trim() }
}

/** Equal as exact numbers; a percentage equals its number and its value; a decimal of at least 4 significant digits equals the fraction of
 * which it is the rounding. */
export function sameNumber(a: Written, b: Written): boolean {
  if (sameRational(a.value, b.value)) return true
  if (a.percent !== b.percent) {
    return sameNumber(a.percent ? hundredth(a) : a, b.percent ? hundredth(b) : b)
  }
  if ((a.places === null) === (b.places === null)) return false
  const [decimal, exact] = a.places === null ? [b, a] : [a, b]
  const places = decimal.places as number
  const unscaled = (decimal.value.n * 10n ** BigInt(places)) / decimal.value.d
  return (unscaled < 0n ? -unscaled : unscaled) >= 1000n && isRounding(decimal.value, places, exact.value)
}

/** 25% as 0.25. */
const hundredth = ({ value, places }: Written): Written => ({
  value: divide(value, hundred) as Rational,
  places: places === null ? null : places + 2,
  percent: false,
})

/** Compares the number an answer gives with the gold one; a gold without a number is "cannot grade". */
export function verifyNumber({ gold, answer }: { gold: string; answer: string }): Verdict {
  const wanted = readNumber(gold)
  if (!wanted) return verdict(false, null, 'cannot grade: no number in the gold answer')
  const given = readNumber(answer)
  return given ? verdict(sameNumber(wanted, given), given.text) : noAnswer
}

/** {@link verifyNumber} as a grade. */
export const gradeNumber = (pair: { gold: string; answer: string }): Grade => toGrade(verifyNumber(pair))
