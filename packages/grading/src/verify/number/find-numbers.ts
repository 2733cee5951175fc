import { readAt } from './read-at.ts'
import type { Written } from './written.ts'

/** A number in a text, its sign and currency included; `written` is null where what looks like one is none. */
export type Found = { from: number; end: number; written: Written | null }

const fractionCommand = /\\[dtc]?frac(?![A-Za-z])/y
const currency = /[$€£¥₹₩₽₺₫฿₴₦]|\p{Sc}/u
const minusWord =
  /(?:(?<![\p{L}\p{M}])(?:minus|negative|moins|menos|meno|negativo|negativa|eksi|âm|минус|мінус|μείον|ऋण|माइनस|سالب|ناقص|منفی|מינוס)|[负負]|零下|マイナス|마이너스|영하|ลบ)\s*$/iu
/** `US$`, `R$` */
const ofDollar = /(?<![A-Za-z])(?:US|HK|NZ|NT|MX|AU|R|A|C|S)$/
const isDigit = (code: number) => code >= 48 && code <= 57
const isWord = (code: number) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || isDigit(code)

/** The numbers of a text from a place on, at most `most`, each read to its end. `grouped`: spaces may group digits. */
export function findNumbers(text: string, from = 0, grouped = false, most = Infinity): Found[] {
  const found: Found[] = []
  for (let at = from; at < text.length && found.length < most; at++) {
    const code = text.charCodeAt(at)
    if (
      !isDigit(code) &&
      !(code === 46 && isDigit(text.charCodeAt(at + 1)) && !isWord(text.charCodeAt(at - 1))) &&
      !(code === 92 && isFraction(text, at))
    )
      continue
    if (isDigit(code) && at > 0 && isWord(text.charCodeAt(at - 1))) {
      while (isWord(text.charCodeAt(at + 1))) at++ // `x2`, `A4`: part of a name
      continue
    }
    const before = found.at(-1)?.end ?? 0
    const sign = at > 0 ? lookBack(text, at, before) : plain
    const { written, end } = readAt(text, at, { negative: sign.negative, money: sign.money, grouped })
    found.push({ from: Math.min(at, sign.from < 0 ? at : sign.from), end, written: sign.both ? null : written })
    at = end - 1
  }
  return found
}

function isFraction(text: string, at: number): boolean {
  fractionCommand.lastIndex = at
  return fractionCommand.test(text)
}

/** `both`: plus or minus. */
type Before = { from: number; negative: boolean; money: boolean; both?: true }
const plain: Before = { from: -1, negative: false, money: false }

/** The sign and currency in front of a number. A sign counts unless it follows a number, a letter or a closing bracket: `16-3` ends in 3. */
function lookBack(text: string, at: number, limit: number): Before {
  let left = at - 1
  const previous = text.charCodeAt(left)
  if (previous === 10 || (previous === 32 && left > 0 && isSmallOrPunctuation(text.charCodeAt(left - 1)) && !mayEndMinus(text, left - 1)))
    return plain
  while (left >= limit && text[left] === ' ') left--
  let [money, from] = [false, at]
  if (left >= limit && currency.test(text[left] as string)) {
    money = true
    from = left--
    if (text[left] === '\\') from = left--
    const land = ofDollar.exec(text.slice(Math.max(limit, left - 2), left + 1))?.[0].length ?? 0
    if (land > 0) from = (left -= land) + 1
    while (left >= limit && text[left] === ' ') left--
  }
  if (left < limit) return { from, negative: false, money }
  if (text[left] === '±' || text[left] === '∓') return { from: left, negative: false, money, both: true }
  if (text[left] === '+') return { from: left, negative: false, money }
  if (text[left] === '-') {
    let before = left - 1
    if (before >= 0 && isWord(text.charCodeAt(before))) return { from, negative: false, money }
    while (before >= 0 && text[before] === ' ') before--
    const follows = before >= 0 && /[\d)\]}%]/.test(text[before] as string)
    return follows ? { from, negative: false, money } : { from: left, negative: true, money }
  }
  const word = minusWord.exec(text.slice(Math.max(limit, left - 12), left + 1))
  const start = word ? Math.max(limit, left - 12) + word.index : -1
  if (!word || /\d\s*$/.test(text.slice(Math.max(0, start - 3), start))) return { from, negative: false, money }
  return { from: start, negative: true, money }
}

const isSmallOrPunctuation = (code: number) => (code >= 97 && code <= 122) || code === 44 || code === 58 || code === 46 || code === 61
/** The last letters of the words for minus. */
const mayEndMinus = (text: string, at: number) => 'seoaimSEOA'.includes(text[at] as string)
