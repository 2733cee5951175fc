import type { Grade } from '@whetstone/core'
import { announcements, correctionAfter, mayDeny, withoutDenials } from './announcement.ts'
import { splitTop } from './maths/scan.ts'
import { bare, tidy } from './maths/tidy.ts'
import { isName } from './name.ts'
import { findNumbers } from './number/find-numbers.ts'
import { magnitudeAt } from './number/magnitude.ts'
import { noNumberBefore, noNumberBehind } from './number/other-meaning.ts'
import { plainText } from './number/plain-text.ts'
import { readAnnounced, type Announced } from './number/read-announced.ts'
import { sameNumber } from './number/same-number.ts'
import { languageOf } from './number/number-words.ts'
import { withSpelledStart, type Language } from './number/spelled.ts'
import type { Written } from './number/written.ts'
import { ownTurn, withoutTags } from './own-turn.ts'
import { isNamedOtherwise } from './said-names.ts'
import { withoutThoughts } from './thoughts.ts'
import { noAnswer, toGrade, verdict, type Verdict } from './verdict.ts'

/** Longest part of an output that is searched, from its end. */
const searched = 20_000
const answerTag = /<answer>([\s\S]+?)(?:<\/answer>|$)/g
/** What is struck out is no answer. */
const struck = /~~[^~\n]+~~/g
const boxStart = /\\f?boxed\s*\{/g

/**
 * The number an output gives, or that what it gives is none; null where it gives nothing. In order: `#### n`, the last `\boxed{n}`, the last
 * "the answer is n", unless the text takes it back later; else the last number.
 */
function findAnswer(output: string): Announced | null {
  const recent = output.length > searched ? output.slice(-searched) : output
  const plain = plainText(withoutTags(ownTurn(withoutThoughts(recent))))
  const text = plain.includes('~') ? plain.replace(struck, '').replaceAll('~', ' ') : plain
  const tagged = text.includes('<answer>') ? [...text.matchAll(answerTag)].at(-1)?.[1] : undefined
  if (tagged !== undefined && /\S/.test(tagged) && !tagged.includes('<answer>')) return findAnswer(tagged)
  const hashes = text.lastIndexOf('####')
  const place = hashes >= 0 ? hashPlace(text, hashes) : (lastBox(text) ?? lastAnnouncement(text))
  if (!place) {
    // Only the last number counts, so that a denial elsewhere changes nothing.
    const last = lastDigit(text, text.length)
    const said = mayDeny(text.slice(Math.max(0, last - near), last + 16)) ? withoutDenials(text) : text
    return (text.length <= shortest ? wholeNumber(said) : null) ?? lastNumber(said, said.length)
  }
  const corrected = correctionAfter(text, place.to)
  if (corrected !== null) {
    const again = readAnnounced(unmarked(sentenceAt(text, corrected)), 'sentence')
    if (again) return { ...again, where: { text, from: corrected } }
  }
  const magnitude = place.read === 'box' ? magnitudeAt(text, place.to + 1, false) : null
  const behind = magnitude ? ` ${text.slice(place.to + 1, magnitude.end).replace(/[${}]/g, ' ')}` : ''
  const content = text.slice(place.from, place.to)
  const read = readAnnounced(place.read === 'box' ? content + behind : unmarked(content), place.read, place.language)
  if (read) return { ...read, where: { text, from: place.from } }
  if (place.read === 'box') return { written: null, text: text.slice(place.from, place.to) }
  return lastNumber(text, place.isHash ? hashes : text.length)
}

/** How far before the last number a denial of it is looked for. */
const near = 100
/** An output this short may be nothing but its answer. */
const shortest = 60
/** `=> 7` */
const arrow = /^\s*(?:=>|->|⇒|→|∴)\s*/
/** `3 and 5`, `10 to 12`: two numbers, and neither the answer. */
const several = /^\s*\p{Sc}?[-+]?\d[\d.,]*\s*(?:[,;]|and|or|to|-)\s*\p{Sc}?[-+]?\d[\d.,]*\s*[.!]?$/u
function wholeNumber(text: string): Announced | null {
  const plain = undelimited(text.replace(arrow, '')).replace(/`|_(?![\w{])|(?<![A-Za-z}])_|(?<![\d*]\s?)\*+|\*+(?!\s?[\d*])|!+\s*$/g, '')
  const read = readAnnounced(plain, 'gold')
  if (read?.written) return { ...read, where: { text, from: 0 } }
  // Nothing but an answer: it is one number from end to end, or none.
  if (/\d/.test(text) && !/\n\s*\S/.test(text.trimStart()) && !prose.test(text.replace(/\\[A-Za-z]+|(?<=\d)\s?[a-z]{1,4}\b/g, ' ')))
    return {
      ...(readAnnounced(plain.replace(/^\s*(?:[A-Z][).:]|[a-z]:)\s+|!+\s*$/g, ''), 'box') ?? { written: null, text: text.trim() }),
      where: { text, from: 0 },
    }
  return several.test(text) ? { written: null, text: text.trim() } : null
}
/** Without dollar signs that come in pairs: a single one is money. */
const undelimited = (text: string) => ((text.match(/(?<!\\)\$/g)?.length ?? 0) % 2 === 0 ? text.replace(/(?<!\\)\$/g, '') : text)
const prose = /\p{L}{2}|[\u0900-\uffff]\p{L}/u

type Place = { from: number; to: number; read: 'sentence' | 'box'; isHash?: true; language?: Language }

function hashPlace(text: string, hashes: number): Place {
  const from = hashes + 4
  const end = text.indexOf('\n', from)
  return { from, to: end < 0 ? text.length : end, read: 'sentence', isHash: true }
}

function lastBox(text: string): Place | null {
  if (!text.includes('boxed')) return null
  let start = -1
  for (const match of text.matchAll(boxStart)) start = match.index + match[0].length
  return start < 0 ? null : { from: start, to: closing(text, start), read: 'box' }
}

function lastAnnouncement(text: string): Place | null {
  for (const { from, to } of announcements(text).reverse()) {
    const sentence = sentenceAt(text, to)
    const language = languageOf(text.slice(from, to))
    if (/\d/.test(sentence) || withSpelledStart(unmarked(sentence), language) !== unmarked(sentence))
      return { from: to, to: to + sentence.length, read: 'sentence', language }
  }
  return null
}

/** A full stop behind a unit's short name ends no sentence: `5 ft. 6 in.` */
const sentence =
  /[\s*]*(?:[^\n.]|\.(?=\S)|(?<=\d\s?(?:ft|in|hrs?|mins?|secs?|lbs?|oz|yds?|Mio|Mrd))\.(?=\s*\d)|(?<=\b(?:Rs|No|approx|ca))\.)*/y
/** Up to the end of the sentence or line. */
function sentenceAt(text: string, from: number): string {
  sentence.lastIndex = from
  return sentence.exec(text)?.[0] ?? ''
}
/** Without Markdown's emphasis; `2**3` is a power. */
const unmarked = (text: string) =>
  /[*_`]/.test(text) ? text.replace(/(?<!\d)\*\*|\*\*(?!\d)|__|(?<=\S)[*_`](?!\S)|(?<!\S)[*_`](?=\S)/g, ' ') : text

/** How far back from its last digit the last number is looked for. */
const window = 160

/** The last number before a place, numbers of prose before it left alone. */
function lastNumber(text: string, end: number): Announced | null {
  const last = lastDigit(text, end)
  if (last < 0) return null
  const line = text.lastIndexOf('\n', last) + 1
  const space = last - window > line ? text.indexOf(' ', last - window) : line
  const from = space > last || space < 0 ? line : space
  const found = findNumbers(text.slice(0, end), from).at(-1)
  if (!found) return null
  const said = text.slice(from, found.from)
  noNumberBehind.lastIndex = found.end
  const isBound =
    boundBefore.test(said) ||
    noNumberBefore.test(said) ||
    noNumberBehind.test(text) ||
    boundBehind.test(text.slice(found.end, found.end + near))
  return {
    written: isBound ? null : found.written,
    text: text.slice(found.from, found.end).trim(),
    where: { text, from: found.from },
  }
}

/** `(-inf, 3)`, `(3, ∞)`, `between 2 and 3`: bounds of an interval. */
const boundBefore = /\bbetween\s[^,.;]{1,40}\sand\s*$|[([\]]\s*[-+]?\s*(?:\\infty|inf(?:inity)?|oo|∞)\s*[,;]\s*[-+]?$/i
const boundBehind = /^\s*[,;]\s*\+?\s*(?:\\infty|inf(?:inity)?\b|oo\b|∞)/i
function lastDigit(text: string, end: number): number {
  let last = end - 1
  while (last >= 0 && !isDigit(text.charCodeAt(last))) last--
  return last
}
const isDigit = (code: number) => code >= 48 && code <= 57

/** Position of the brace that closes the one just before `start`, or the text's end. */
function closing(text: string, start: number): number {
  let depth = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}

/** Reads the number that a text gives as its answer; null where there is none. */
export function readNumber(text: string): (Written & { text: string }) | null {
  const found = findAnswer(text)
  return found?.written ? { ...found.written, text: found.text } : null
}

/** `name`: what the gold answer gives its number, `\\beta` in `\\beta=-3`; empty where it gives none. */
type Gold = Announced & { name: string }
const golds = new Map<string, Gold | null>()
const isSolution = /\n|####|\\boxed|answer|^A:\s/i
const goldMarkup = /^\s*(?:\$([^$]*)\$|\\\(([\s\S]*)\\\)|\\\[([\s\S]*)\\\]|(\*{1,3}|__?|`)([^*_`]*)\4)\s*$/

/**
 * Reads a gold answer: the whole of it is a number (`1,450`, `$18`, `3 1/2`, `\frac34`, `3e5`, `5 million`, `4:30`), or it is a solution
 * that ends in one. Null where it is neither, or more than one number.
 */
export function readGoldNumber(gold: string): (Written & { text: string }) | null {
  const found = preparedGold(gold)
  return found?.written ? { ...found.written, text: found.text } : null
}

/** Without delimiters of mathematics or Markdown's emphasis round all of it. */
function unmarkedGold(gold: string): string {
  const [, a, b, c, , e] = goldMarkup.exec(gold) ?? []
  return a ?? b ?? c ?? e ?? gold
}

function preparedGold(gold: string): Gold | null {
  const known = golds.get(gold)
  if (known !== undefined) return known
  if (golds.size >= 10_000) golds.clear()
  const read =
    isSolution.test(gold) || gold.length > 200 ? findAnswer(gold) : (readAnnounced(plainText(unmarkedGold(gold)), 'gold') ?? null)
  const prepared = read && { ...read, name: nameOf(gold) }
  golds.set(gold, prepared)
  return prepared
}
function nameOf(gold: string): string {
  const box = lastBox(gold)
  const content = box ? gold.slice(box.from, box.to) : unmarkedGold(gold)
  if (!content.includes('=') || (!box && isSolution.test(gold))) return ''
  const sides = splitTop(tidy(content), /=/y).parts
  return (
    [sides[0], sides.at(-1)]
      .map((one) => one as string)
      .filter(isName)
      .map(bare)[0] ?? ''
  )
}

/** Compares the number an answer gives with the gold one; a gold that is no number is "cannot grade". */
export function verifyNumber({ gold, answer }: { gold: string; answer: string }): Verdict {
  const wanted = preparedGold(gold)
  if (!wanted?.written) return verdict(false, null, 'cannot grade: no number in the gold answer')
  const given = findAnswer(answer)
  if (!given) return noAnswer
  if (!given.written) return verdict(false, given.text, 'not a number')
  return verdict(sameNumber(wanted.written, given.written) && mayBeNamed(wanted.name, given), given.text)
}
/** Whether the number of an answer is not given another name. */
function mayBeNamed(name: string, { text, where }: Announced): boolean {
  if (name === '' || !where) return true
  const from = Math.max(where.from, where.text.indexOf(text, where.from))
  return !isNamedOtherwise(name, where.text, from, from + text.length)
}
/** {@link verifyNumber} as a grade. */
export const gradeNumber = (pair: { gold: string; answer: string }): Grade => toGrade(verifyNumber(pair))

/** Why the number grader cannot compare with a gold answer, or null. */
export const numberGoldProblem = (gold: string): string | null => (preparedGold(gold)?.written ? null : 'is not a number')
