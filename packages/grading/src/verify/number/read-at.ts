import { add, multiply, negate, parseDecimal, power, rational, type Rational } from '../rational.ts'
import { magnitudeAt } from './magnitude.ts'
import { parts } from './spelled.ts'
import type { Written } from './written.ts'

/** A number and where it ends; `written` is null where what looks like one is none: `3.5.2`, `1/2/2024`, `1,2,3`. */
export type Read = { written: Written | null; end: number }

const ten: Rational = { n: 10n, d: 1n }
/** Longer runs of digits are not read: no task needs them and exact arithmetic on them costs time. */
const longestRun = 256

const core = /(?:[1-9]\d{0,2}(?:(?:\{,\}|,\\!|\\,|,|')\d{3})+(?![\d])|\d+)(?:\.\d+)?|\.\d+/y
const separators = /\{,\}|,\\!|\\,|,|'| /g
/** `1.234.567,89`, `12,34,567` (lakhs), `1 234 567`, and digits with one comma, points or several commas of no known kind. */
const european = /\d{1,3}(?:\.\d{3})+,\d+(?![\d.,]*\d)|\d{1,3}(?:\.\d{3}){2,}(?![\d.,]*\d)/y
const indian = /\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?(?![\d.,]*\d)/y
const spaced = /\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![\d.,]*\d|\s*\/)/y
const decimalComma = /\d+,\d+(?![\d.,]*\d)/y
const irregular = /\d+(?:[.,]+\d+)+/y
const fraction = /\s*\/\s*(\d+)(?![.,:]?\d|\s*\/\s*\d)/y
const badFraction = /\s*\/\s*\d[\d./,:]*/y
const mixed = /(?:\s+|\s*-\s*(?=\d+\/)|\s+and\s+)(\d+)\s*\/\s*(\d+)(?![.,:]?\d|\s*\/\s*\d)/y
const command = /\s*\\[dtc]?frac\s*(?:\{\s*([-+]?\d+)\s*\}|(\d))\s*(?:\{\s*([-+]?\d+)\s*\}|(\d))/y
const exponent = /[eE]([-+]?\d{1,5})(?!\w|\.\d)/y
const raised = /\s*(?:\^|\*\*)\s*(?:\{\s*([-+]?\d{1,5})\s*\}|\(\s*([-+]?\d{1,5})\s*\)|([-+]?\d{1,5}))(?![.,]?\d)/y
const timesTen =
  /\s*(?:[x*]|\\times|\\cdot)\s*10\s*(?:\^|\*\*)\s*(?:\{\s*([-+]?\d{1,5})\s*\}|\(\s*([-+]?\d{1,5})\s*\)|([-+]?\d{1,5}))(?![.,]?\d)/y
const perMille = /\s*(?:‰|(?:per mille|per mil|Promille|pour mille)\b)/iy
/** `3.\overline{6}`, `0.(3)`, `1.2\bar 3`: digits that come again for ever. */
const repeating = /\.(\d*)(?:\\(?:overline|bar|dot)\s*(?:\{\s*(\d+)\s*\}|(\d))|\((\d+)\)(?!\s*\^))(?:\s*\\?(?:ldots|dots)|\.{3}|…)?/y
/** `3 and a half`, `2 and three quarters`; `7 tenths`: a quarter is also a coin, and a third may be a place. */
const andPart =
  /\s+and\s+(?:an?|one|(two|three|four|five|six|seven|eight|nine))\s+(half|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?)\b/iy
const ofParts = /(?:\s+|-)(halves|thirds|fourths|fifths|sixths|sevenths|eighths|ninths|tenths|hundredths|thousandths|millionths)\b/iy
const powerWord = /\s+(squared|cubed)\b/iy
const counts = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const percentSign = /\s*(?:\\?%|(?:\\text\{\s*)?(?:percent(?:age)?|per cent|pct|Prozent|pour cent|por ciento|por cento)\b)/iy
const clock = /(?:\{:\}|:)(\d{2})(?:(?:\{:\}|:)(\d{2}))?(?![\d:])/y
const colons = /(?:(?:\{:\}|:)\d+|\s+(?:\{:\}|:)\s+\d+)+/y
const half = /\s*(?:\\text\{\s*)?(?:([ap])\.?\s?m\b\.?|(noon|midnight)\b)\s*\}?/iy

const at = (pattern: RegExp, text: string, from: number): RegExpExecArray | null => {
  pattern.lastIndex = from
  return pattern.exec(text)
}
const integer = (text: string | undefined) => (text === undefined ? null : Number(text))
const isDigit = (code: number) => code >= 48 && code <= 57

/**
 * Reads the number that begins at a digit, a point before a digit or a `\frac`, to its end. `negative` and `money` say what stood before it,
 * `grouped` whether spaces may group digits.
 */
export function readAt(text: string, from: number, { negative = false, money = false, grouped = false } = {}): Read {
  if (text.charCodeAt(from) === 92) return readCommand(text, from, negative)
  const match = at(core, text, from)
  if (!match) return { written: null, end: from + 1 }
  const end = from + match[0].length
  const next = text.charCodeAt(end)
  if ((next === 44 || next === 46) && isDigit(text.charCodeAt(end + 1))) return readIrregular(text, from, negative, money)
  if (next === 32 && grouped && isDigit(text.charCodeAt(end + 1))) {
    const run = at(spaced, text, from)
    if (run) return finish(text, run[0].replace(/,(?=\d{1,2}$|\d{4,}$)/, '.'), from + run[0].length, negative, money)
  }
  return finish(text, match[0], end, negative, money)
}

function readIrregular(text: string, from: number, negative: boolean, money: boolean): Read {
  const points = at(european, text, from)
  if (points) return finish(text, points[0].replaceAll('.', '').replace(',', '.'), from + points[0].length, negative, money)
  const lakhs = at(indian, text, from)
  if (lakhs) return finish(text, lakhs[0], from + lakhs[0].length, negative, money)
  const comma = at(decimalComma, text, from)
  if (comma) return finish(text, comma[0].replace(',', '.'), from + comma[0].length, negative, money)
  const run = at(irregular, text, from) as RegExpExecArray
  return { written: null, end: from + run[0].length }
}

/** A number without suffixes: the usual case by far, so that it costs little. */
function finish(text: string, digits: string, end: number, negative: boolean, money: boolean): Read {
  if (digits.length > longestRun) return { written: null, end }
  const plain = separators.test(digits) ? digits.replace(separators, '') : digits
  separators.lastIndex = 0
  const point = plain.indexOf('.')
  const value = point < 0 ? { n: BigInt(plain), d: 1n } : (parseDecimal(plain) as Rational)
  const written: Written = { value: negative ? negate(value) : value, places: point < 0 ? null : plain.length - point - 1, percent: false }
  const next = text.charCodeAt(end)
  // The end, a full stop, a comma, a line feed, a closing bracket, a dollar sign.
  if ((next === 46 || next === 92 || next === 40) && repeats(text, end, plain)) return readRepeating(text, end, plain, negative)
  if (Number.isNaN(next) || next === 10 || next === 44 || next === 125 || next === 41 || (next === 46 && !(text.charCodeAt(end + 1) > 47)))
    return { written, end }
  return suffixes(text, end, written, point < 0, money)
}

/** Whether the last digits read are the first of a decimal without end. */
function repeats(text: string, end: number, plain: string): boolean {
  const at = plain.includes('.') ? end - 1 - (plain.length - 1 - plain.indexOf('.')) : end
  repeating.lastIndex = at
  return repeating.test(text)
}
function readRepeating(text: string, end: number, plain: string, negative: boolean): Read {
  const [whole, places] = plain.split('.') as [string, string | undefined]
  const match = at(repeating, text, end - (places === undefined ? 0 : places.length + 1)) as RegExpExecArray
  const [once, again] = [match[1] as string, (match[2] ?? match[3] ?? match[4]) as string]
  const stop = match.index + match[0].length
  if (whole.length + once.length + again.length > longestRun) return { written: null, end: Math.max(stop, end) }
  const shift = 10n ** BigInt(once.length)
  const rest = rational(BigInt(again), shift * (10n ** BigInt(again.length) - 1n)) as Rational
  const value = add(rational(BigInt(`${whole}${once}` || '0'), shift) as Rational, rest)
  return withWords(text, stop, { value: negative ? negate(value) : value, places: null, percent: false }, false)
}
function suffixes(text: string, from: number, start: Written, whole: boolean, money: boolean): Read {
  let [written, end] = [start, from]
  const next = text.charCodeAt(end)
  if (next === 58 || text.startsWith('{:}', end)) return readClock(text, end, written, whole)
  const part = whole ? (at(mixed, text, end) ?? at(command, text, end)) : null
  if (part) {
    const rest = properFraction(part)
    if (!rest) return { written: null, end: end + part[0].length }
    const isNegative = written.value.n < 0n
    written = { ...written, value: isNegative ? add(written.value, negate(rest)) : add(written.value, rest), places: null }
    end += part[0].length
  } else if (next === 47 || (next === 32 && text.charCodeAt(end + 1) === 47)) {
    const over = at(fraction, text, end)
    const value =
      over && (over[1] as string).length <= longestRun ? rational(written.value.n, written.value.d * BigInt(over[1] as string)) : null
    if (!over || !value) return { written: null, end: end + (at(badFraction, text, end)?.[0].length ?? 1) }
    written = { ...written, value, places: null }
    end += over[0].length
  } else {
    const scaled = at(exponent, text, end) ?? at(timesTen, text, end)
    const up = scaled ? null : at(raised, text, end)
    const found = scaled ?? up
    if (found) {
      const times = integer(found[1] ?? found[2] ?? found[3]) as number
      const value = scaled ? scale(written.value, times) : raise(written, times)
      end += found[0].length
      if (!value) return { written: null, end }
      written = { ...written, value, places: null }
    }
  }
  return withWords(text, end, written, money)
}

/** What stands behind a whole number as the rest of a mixed one; null where it is not below 1, so that the two have no one value. */
function properFraction(part: RegExpExecArray): Rational | null {
  const [over, under] = part.length === 3 ? [part[1], part[2]] : [part[1] ?? part[2], part[3] ?? part[4]]
  if (over === undefined || under === undefined || over.length + under.length > longestRun) return null
  const value = rational(BigInt(over), BigInt(under))
  return value && value.n >= 0n && value.n < value.d ? value : null
}

/** Parts and powers in words, percent signs, magnitudes, `a.m.` and `p.m.`. */
function withWords(text: string, from: number, start: Written, money: boolean): Read {
  let [written, end] = [start, from]
  const spelled = inWords(text, end, written)
  if (spelled) [written, end] = [spelled.written, spelled.end]
  for (let words = 0; words < 3; words++) {
    const magnitude = magnitudeAt(text, end, money)
    if (!magnitude) break
    written = { ...written, value: multiply(written.value, magnitude.value), places: null, scaled: true }
    end = magnitude.end
  }
  const mille = at(perMille, text, end)
  if (mille)
    return {
      written: { ...written, value: multiply(written.value, { n: 1n, d: 1000n }), places: null, scaled: true },
      end: end + mille[0].length,
    }
  const percent = at(percentSign, text, end)
  if (percent) return { written: { ...written, percent: true }, end: end + percent[0].length }
  const day = at(half, text, end)
  if (day && written.value.d === 1n && written.value.n >= 1n && written.value.n <= 12n) {
    return { written: { ...clockTime(written.value.n, 0n, halfOf(day)), hour: true }, end: end + day[0].length }
  }
  return { written, end }
}

function inWords(text: string, from: number, written: Written): { written: Written; end: number } | null {
  const next = text.charCodeAt(from)
  if (next !== 32 && next !== 45 && next !== 10) return null
  const become = (value: Rational, found: RegExpExecArray) => ({
    written: { ...written, value, places: null, scaled: true as const },
    end: from + found[0].length,
  })
  const more = at(andPart, text, from)
  if (more) {
    const part = rational(
      more[1] ? BigInt(counts.indexOf(more[1].toLowerCase()) + 2) : 1n,
      parts.get((more[2] as string).toLowerCase()) as bigint,
    )
    return become(add(written.value, written.value.n < 0n ? negate(part as Rational) : (part as Rational)), more)
  }
  const some = written.places === null ? at(ofParts, text, from) : null
  if (some)
    return become(rational(written.value.n, written.value.d * (parts.get((some[1] as string).toLowerCase()) as bigint)) as Rational, some)
  const raisedBy = at(powerWord, text, from)
  const value = raisedBy && raise(written, raisedBy[1]?.toLowerCase() === 'squared' ? 2 : 3)
  return value ? become(value, raisedBy) : null
}

function readClock(text: string, from: number, hour: Written, whole: boolean): Read {
  const match = at(clock, text, from)
  const run = at(colons, text, from)
  if (!run) return withWords(text, from, hour, false) // a colon of prose
  const [minutes, seconds] = [match?.[1], match?.[2]]
  const isTime = match && whole && hour.value.n >= 0n && hour.value.n <= 24n && Number(minutes) < 60 && Number(seconds ?? 0) < 60
  if (!isTime) return { written: null, end: from + run[0].length } // a ratio
  const end = from + match[0].length
  const day = at(half, text, end)
  const time = clockTime(hour.value.n, BigInt(minutes as string), day ? halfOf(day) : undefined)
  if (seconds !== undefined) time.value = add(time.value, rational(BigInt(seconds), 60n) as Rational)
  return { written: time, end: end + (day?.[0].length ?? 0) }
}

const halfOf = (match: RegExpExecArray) => match[1] ?? (match[2]?.toLowerCase() === 'noon' ? 'p' : 'a')
function clockTime(hour: bigint, minute: bigint, half: string | undefined): Written {
  const clock =
    half === undefined
      ? hour > 12n || hour === 0n
        ? hour % 24n < 12n
          ? 'am'
          : 'pm'
        : 'unknown'
      : half.toLowerCase() === 'a'
        ? 'am'
        : 'pm'
  const after = clock === 'pm' && hour < 12n ? hour + 12n : clock === 'am' && hour === 12n ? 0n : hour % 24n
  return { value: { n: (clock === 'unknown' ? hour % 12n : after) * 60n + minute, d: 1n }, places: null, percent: false, clock }
}

/** `\frac{a}{b}`, its parts whole numbers. */
function readCommand(text: string, from: number, negative: boolean): Read {
  const match = at(command, text, from)
  if (!match) return { written: null, end: from + 1 }
  const end = from + match[0].length
  const [n, d] = [match[1] ?? match[2], match[3] ?? match[4]] as [string, string]
  const value = n.length + d.length > longestRun ? null : rational(BigInt(n), BigInt(d))
  if (!value) return { written: null, end }
  return withWords(text, end, { value: negative ? negate(value) : value, places: null, percent: false }, false)
}

const scale = (value: Rational, times: number): Rational | null => {
  const factor = power(ten, BigInt(times))
  return factor && multiply(value, factor)
}

/** `-2^2` is -4: the sign stands outside. */
function raise({ value }: Written, times: number): Rational | null {
  const isNegative = value.n < 0n
  const result = power(isNegative ? negate(value) : value, BigInt(times))
  return result && isNegative ? negate(result) : result
}
