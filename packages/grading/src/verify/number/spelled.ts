import { spelledElsewhere, hanNumeral } from './spelled-elsewhere.ts'
import type { Language as Foreign } from './number-words.ts'

/** Of an announcement: only number words of that language count then. */
export type Language = Foreign | 'en'

const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const small = new Map<string, number>([
  ...units.map((word, i) => [word, i] as const),
  ...tens.map((word, i) => [word, 20 + 10 * i] as const),
])
const large = new Map<string, bigint>([
  ['thousand', 10n ** 3n],
  ['million', 10n ** 6n],
  ['billion', 10n ** 9n],
  ['trillion', 10n ** 12n],
])
/** Words for a part, in the singular: `two thirds`, `a tenth`. */
export const parts = new Map<string, bigint>(
  'half:2 third:3 quarter:4 fourth:4 fifth:5 sixth:6 seventh:7 eighth:8 ninth:9 tenth:10 hundredth:100 thousandth:1000 millionth:1000000'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string])
    .flatMap(([word, count]) => [[word, BigInt(count)] as const, [word === 'half' ? 'halves' : `${word}s`, BigInt(count)] as const]),
)

/** What may stand before an answer in words, and a sign. */
const opening =
  /^([\s"'(*$:]*(?:(?:exactly|only|just|simply|about|approximately|around|roughly|a total of|equal to)\s+)?(?:(?:minus|negative)\s+)?)(?=[a-z])/iy
const foreignOpening =
  /^[\s"'(*$:]*(?:(?:genau|nur|etwa|ungefähr|exactement|environ|exactamente|unos|unas|esattamente|circa|exatamente|precies|ровно|是|为|為|就是|等于|约|大约)\s*)?(?:(?:minus|moins|menos|meno|минус)\s+|[负負]\s*)?/iy
const firstWord = new RegExp(String.raw`(?:${[...small.keys(), 'a', 'an', 'half'].join('|')})\b`, 'iy')
const word = /([a-z]+)(?:-|\s+|$|(?=[^a-z]))/iy
/** `one of them`, `a dog`: no numbers. */
const ofDay = /^([\s"'(*]*)(?:12\s+)?(?:at\s+)?(?:(midnight)|noon|midday)(?=[\s"')*.!]*$)/i
/** `half a dozen`, `half a million` */
const halfOf = /^\s+(?:an?|of a)\s+(dozen|score|gross|hundred|thousand|million|billion|trillion|lakh|crore)\b/i
const noNumber = /^\s*(?:of|that|which|who|where|such|thing|way|more|less)\b/i

/**
 * Number words at the start of an answer as digits, the rest as it is: `twenty-three apples` -> `23 apples`, `three million` ->
 * `3000000`, `two thirds` -> ` 2/3`, `fünf Äpfel` -> `5 Äpfel`; the text itself where it begins with none.
 */
export function withSpelledStart(text: string, language?: Language): string {
  if (ofDay.test(text)) return text.replace(ofDay, (_, before: string, night?: string) => `${before}12:00 ${night ? 'am' : 'pm'}`)
  opening.lastIndex = 0
  const start = opening.exec(text)?.[0].length ?? 0
  firstWord.lastIndex = start
  const read = firstWord.test(text) && (language === undefined || language === 'en') ? readWords(text, start) : null
  if (read !== null)
    return noNumber.test(text.slice(read.end)) ? text : `${text.slice(0, start)}${read.digits}${withSecond(text, read.end)}`
  return language === 'en' ? text : withForeignStart(text, language)
}

/** `two or three`, `two plus three`: the second number is in digits too, so that what the two are is read by the rules for digits. */
function withSecond(text: string, from: number): string {
  joint.lastIndex = from
  const between = joint.exec(text)?.[0] ?? ''
  const at = from + between.length
  firstWord.lastIndex = at
  const second =
    between !== '' && firstWord.test(text) && !(/^\s*and/i.test(between) && /^(?:an?|half)\b/i.test(text.slice(at)))
      ? readWords(text, at)
      : null
  return second ? `${between}${second.digits}${withSecond(text, second.end)}` : text.slice(from)
}
const joint =
  /\s*(?:,|(?:percent\s+)?(?:and|or|to|plus|minus|times|over|point|of|out of|divided by|multiplied by|through|versus|vs\.?)(?=\s))\s*/iy

/** The same of other languages. */
function withForeignStart(text: string, language: Exclude<Language, 'en'> | undefined): string {
  foreignOpening.lastIndex = 0
  const start = foreignOpening.exec(text)?.[0].length ?? 0
  const code = text.charCodeAt(start)
  if (Number.isNaN(code) || (code >= 48 && code <= 57)) return text
  const read = code >= 0x3007 && code <= 0x9fff ? hanNumeral(text, start) : spelledElsewhere(text, start, language)
  return read ? `${text.slice(0, start)}${read.digits}${text.slice(read.end)}` : text
}

function readWords(text: string, from: number): { digits: string; end: number } | null {
  let [total, group, end] = [0n, 0n, -1]
  /** What may follow: a word of its size or less. */
  let room = Infinity
  let article = false
  for (let at = from; ;) {
    word.lastIndex = at
    const match = word.exec(text)
    if (!match) break
    const said = (match[1] as string).toLowerCase()
    const next = at + match[0].length
    const stop = at + said.length
    const count = small.get(said)
    const part = parts.get(said)
    if (count !== undefined && !article && (count < 10 ? room >= 10 || room === 1 : count < 20 ? room >= 100 : room >= 100)) {
      group += BigInt(count)
      room = count >= 20 ? 10 : 0
      end = stop
    } else if (said === 'hundred' && group < 100n && (group > 0n || article || end < 0)) {
      group = (group === 0n ? 1n : group) * 100n
      ;[room, end, article] = [100, stop, false]
    } else if (large.has(said) && (end >= 0 || article)) {
      total += (group === 0n ? 1n : group) * (large.get(said) as bigint)
      ;[group, room, end, article] = [0n, Infinity, stop, false]
    } else if (part !== undefined && (said.endsWith('s') || group <= 1n) && (article || end >= 0 || said === 'half') && total === 0n) {
      if (end < 0 && said === 'half' && /^\s*(?:past|hour)\b/i.test(text.slice(stop))) return null
      const many = end < 0 && said === 'half' ? halfOf.exec(text.slice(stop)) : null
      if (many) return { digits: `0.5 ${many[1]}`, end: stop + many[0].length }
      return { digits: `${group === 0n ? 1n : group}/${part}`, end: stop }
    } else if ((said === 'a' || said === 'an') && end < 0 && !article) article = true
    else if (article && end < 0 && said === 'dozen') return { digits: '1 dozen', end: stop }
    else if (said === 'and' && end >= 0 && room >= 100 && isCountAt(text, next)) room = 100
    else break
    at = next
  }
  return end < 0 ? null : { digits: String(total + group), end }
}

function isCountAt(text: string, at: number): boolean {
  word.lastIndex = at
  return small.has((word.exec(text)?.[1] ?? '').toLowerCase())
}
