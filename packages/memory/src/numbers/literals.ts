import { arithmetic, decimal, ratio, type Rational } from './rational.ts'

/** A piece of a text as the expression reader sees it. `readings` are all the numbers that a literal may stand for, the likeliest first. */
export type Literal =
  | { kind: 'number'; readings: Rational[]; whole: boolean; text: string; start: number; end: number }
  | { kind: 'operator' | 'open' | 'close' | 'root'; text: string; start: number; end: number }
  | { kind: 'break'; text: string; start: number; end: number }

type Rule = { kind: Literal['kind']; pattern: RegExp; read?: (text: string, groups: string[]) => (Rational | null)[] }

const ten = ratio(10n) as Rational
const power = (base: Rational, exponent: string) => arithmetic['^'](base, ratio(BigInt(exponent)) as Rational)
const based = (digits: string, base: number): Rational | null => {
  let value = 0n
  for (const digit of digits.toLowerCase()) {
    const place = parseInt(digit, base)
    if (Number.isNaN(place)) return null
    value = value * BigInt(base) + BigInt(place)
  }
  return ratio(value)
}
const percent = (value: Rational | null) => [value, value && ratio(value.n, value.d * 100n)]
const suffixes: Record<string, number> = { k: 3, thousand: 3, m: 6, mn: 6, million: 6, b: 9, bn: 9, billion: 9 }

const number = '(?:\\d+(?:\\.\\d+)?|(?<![\\p{L}\\d])\\.\\d+)'
const grouped =
  '(?:\\d{1,3}(?:,\\d{3})+|\\d{1,2}(?:,\\d{2})+,\\d{3}|\\d{1,3}(?:[\u0027_]\\d{3})+|\\d{1,3}(?:\\.\\d{3}){2,}|\\d{1,3}(?:\\.000)+)(?![\\d])'

/** Every way of writing a number that is one literal; the first that fits at a place wins. */
const rules: Rule[] = [
  // Numbers that are parts of something else: dates, times, versions, identifiers such as x2, H2O, a_1, and a variable's small exponent.
  {
    kind: 'break',
    pattern: /\d{4}-\d{2}-\d{2}|\d{1,2}\/\d{1,2}\/\d{2,4}|\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m\b)?|\d+(?:\.\d+){2,}(?!\d)(?<!(?:\.\d{3})+)/y,
  },
  { kind: 'operator', pattern: /x(?=\s*[\d(])(?<=[\d)]\s*x)/iy },
  { kind: 'break', pattern: /[a-z](?:_\w+|\d+)(?:\^\(?\d\)?)?(?![\p{L}])|(?<=[a-z])\^\(?-?\d+\)?(?!\d)/iuy },
  { kind: 'break', pattern: /[23]-?d\b/iy },
  { kind: 'number', pattern: /(\d+):(\d+)(?![\d:])/y, read: (_, [a, b]) => [ratio(BigInt(a as string), BigInt(b as string))] },
  { kind: 'number', pattern: /0x([0-9a-f]{1,16})(?!\w)/iy, read: (_, [digits]) => [based(digits as string, 16)] },
  { kind: 'number', pattern: /0b([01]{1,64})(?!\w)/iy, read: (_, [digits]) => [based(digits as string, 2)] },
  { kind: 'number', pattern: /0o([0-7]{1,22})(?!\w)/iy, read: (_, [digits]) => [based(digits as string, 8)] },
  {
    kind: 'number',
    pattern: /\(?([0-9a-f]{1,40})\)?_\(?(\d{1,2})\)?(?!\d)/iy,
    read: (_, [digits, base]) => (Number(base) >= 2 && Number(base) <= 36 ? [based(digits as string, Number(base))] : []),
  },
  // Scientific: 1.8e1, 1.8 * 10^1.
  {
    kind: 'number',
    pattern: new RegExp(`(${number})\\s*[*x]\\s*10\\s*\\^\\(?([+-]?\\d{1,3})\\)?`, 'uy'),
    read: (_, [a, e]) =>
      [decimal(a as string), power(ten, e as string)].reduce<(Rational | null)[]>(
        ([product], factor) => [product === undefined ? factor : product && factor && arithmetic['*'](product, factor)],
        [],
      ),
  },
  { kind: 'number', pattern: /(?:\d+(?:\.\d+)?|(?<![\p{L}\d])\.\d+)e[+-]?\d{1,3}(?!\w)/iuy, read: (text) => [decimal(text)] },
  // Mixed and plain fractions without spaces around the slash.
  {
    kind: 'number',
    pattern: /(\d+)(?:\s+|-)(\d+)\/(\d+)(?![\d.])/y,
    read: (_, [w, a, b]) => [
      BigInt(b as string) === 0n ? null : ratio(BigInt(w as string) * BigInt(b as string) + BigInt(a as string), BigInt(b as string)),
    ],
  },
  {
    kind: 'number',
    pattern: new RegExp(`(${number})\\/(${number})\\s*%?(?![\\d])`, 'uy'),
    read: (_, [a, b]) =>
      [decimal(a as string), decimal(b as string)].reduce<(Rational | null)[]>(
        ([top], bottom) => [top === undefined ? bottom : top && bottom && arithmetic['/'](top, bottom)],
        [],
      ),
  },
  // Grouped thousands, and a decimal comma as a second reading.
  {
    kind: 'number',
    pattern: new RegExp(`(${grouped})(\\.\\d+)?\\s*(?:%|percent\\b|per cent\\b)?`, 'y'),
    read: (text, [groups, part = '']) => readGrouped(text, groups as string, part),
  },
  {
    kind: 'number',
    pattern: /(\d{1,3}(?: \d{3})+)(?!\d|,\d)(\.\d+)?/y,
    read: (_, [groups, part = '']) => readSpaced(groups as string, part),
  },
  // Digits one by one: 4 2, or with hyphens where there are three of them: 1-2-5.
  {
    kind: 'number',
    pattern: /\d(?: +\d)+(?![\d/]|[.,]\d| ?[*+^/])|\d(?:-\d){2,}(?![\d/-]|[.,]\d)/y,
    read: (text) => [decimal(text.replace(/[ -]/g, '')), ...(text.match(/\d/g) ?? []).map(decimal)],
  },
  // Repeating decimals: 0.333..., 0.(3).
  {
    kind: 'number',
    pattern: /(\d*)\.(\d*?)\((\d+)\)/y,
    read: (_, [whole, fixed, cycle]) => [repeating(whole as string, fixed as string, cycle as string)],
  },
  {
    kind: 'number',
    pattern: /(\d*)\.(\d*?)(\d{1,6}?)\3+(?:\.\.\.|…)/y,
    read: (_, [whole, fixed, cycle]) => [repeating(whole as string, fixed as string, cycle as string)],
  },
  {
    kind: 'number',
    pattern: new RegExp(`(${number})\\s*(?:%|percent\\b|per cent\\b)`, 'iuy'),
    read: (_, [value]) => percent(decimal(value as string)),
  },
  {
    kind: 'number',
    pattern: new RegExp(`(${number})\\s?(k|mn?|bn?|thousand|million|billion)\\b`, 'iuy'),
    read: (_, [value, suffix]) => readScaled(value as string, (suffix as string).toLowerCase()),
  },
  {
    kind: 'number',
    pattern: /(\d+),(\d{1,2}|\d{4,})(?!\d|,\d)/y,
    read: (_, [whole, part]) => [decimal(whole as string), decimal(part as string), decimal(`${whole}.${part}`)],
  },
  {
    kind: 'number',
    pattern: new RegExp(`${number}(?:st|nd|rd|th)?`, 'uy'),
    read: (text) => [decimal(text.replace(/(?:st|nd|rd|th)$/, ''))],
  },
  { kind: 'root', pattern: /sqrt(?![a-z])/iy },
  { kind: 'open', pattern: /\(/y },
  { kind: 'close', pattern: /\)/y },
  { kind: 'operator', pattern: /[-+*/^!]/y },
  { kind: 'break', pattern: /\p{L}+|\d+|[^\s]/uy },
]

function readGrouped(text: string, groups: string, part: string): (Rational | null)[] {
  const joined = decimal(groups.replace(/[,._']/g, '') + part)
  const dotted = /\.000/.test(groups) && !/\d\.\d{3}\.\d/.test(groups) ? [decimal(groups)] : []
  return /%|per/.test(text) ? percent(joined) : [joined, ...dotted]
}

/** 12 345 is one number or two; 1 000 is one. */
function readSpaced(groups: string, part: string): (Rational | null)[] {
  const parts = groups.split(' ')
  const joined = decimal(parts.join('') + part)
  return parts.some((group) => group.startsWith('0')) ? [joined] : [joined, ...parts.map(decimal)]
}

/** 3 million is one number; 3 m may be three metres. */
function readScaled(value: string, suffix: string): (Rational | null)[] {
  const scaled = decimal(`${value}e${suffixes[suffix]}`)
  return suffix.length > 2 ? [scaled] : [decimal(value), scaled]
}

/** 0.1(6) = (16 - 1) / 90. */
function repeating(whole: string, fixed: string, cycle: string): Rational | null {
  const all = BigInt(`${whole}${fixed}${cycle}` || '0') - BigInt(`${whole}${fixed}` || '0')
  return ratio(all, BigInt('9'.repeat(cycle.length) + '0'.repeat(fixed.length)))
}

/** Splits a plain text into literals. */
export function literals(text: string): Literal[] {
  const found: Literal[] = []
  for (let place = 0; place < text.length;) {
    if (/\s/.test(text[place] as string)) {
      place++
      continue
    }
    for (const { kind, pattern, read } of rules) {
      pattern.lastIndex = place
      const match = pattern.exec(text)
      if (!match || match[0] === '') continue
      // A digit right after a letter belongs to a name: MP3, COVID19.
      if (kind === 'number' && /[\p{L}_]/u.test(text[place - 1] ?? '') && /^\d/.test(match[0]) && text[place - 1] !== 'x') continue
      const [whole, ...groups] = match
      const common = { text: whole, start: place, end: place + whole.length }
      if (kind === 'number') {
        const readings = (read?.(whole, groups) ?? []).filter((value) => value !== null)
        if (readings.length === 0) continue
        found.push({ kind, readings, whole: /^\d+$/.test(whole), ...common })
      } else found.push({ kind, ...common } as Literal)
      place += whole.length
      break
    }
  }
  return found
}
