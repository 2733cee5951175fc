import { announcements, correctionAfter, withoutDenials, type Announcement } from '../announcement.ts'
import { languageOf } from '../number/number-words.ts'
import { plainText } from '../number/plain-text.ts'
import { readAnnounced } from '../number/read-announced.ts'
import { withSpelledStart } from '../number/spelled.ts'
import { greek } from '../name.ts'
import { ownTurn, withoutTags } from '../own-turn.ts'
import { withoutThoughts } from '../thoughts.ts'
import { isFormula } from './is-formula.ts'
import { lastBoxes, type Found } from './last-boxes.ts'
import { findQuantities, joinedQuantity } from './quantities.ts'
import type { Written } from '../number/written.ts'
import { mendEscapes } from './tidy.ts'
import { vetNumber } from './vet-number.ts'

/** Longest part of an output that is searched, from its end; answers stand at the end. */
const searched = 20_000
/** Announcements tried, from the last; the ones before are of steps. */
const tried = 8

/** Chat tokens and set phrases after the answer, which some models write. */
const afterwards = /<\|[^|]*\|>[\s\S]*$|<\/?s>|I hope (?:it|this) is correct[\s\S]*$|<end_of_turn>[\s\S]*$/g
/** Markdown's types for emphasis and code; `2**3` is a power, `x_1` an index. */
const markup = /(?<![\w)\]}*\\])(\*\*\*|\*\*|__|\*|_|`)(?=[^\s*_`])([^*_`\n]+?)\1(?![\w(*{])/g
/** What is struck out is no answer. */
const struck = /~~[^~\n]+~~/g
const finalAnnouncement = /\bfinal\s+answer(?:\*\*)?(?:\s+is)?\s*[:.]?\s*(?:\*\*)?/gi
/** `A:` at the start of a line, beside what {@link announcements} finds. */
const lineStart = /(?<![^\n])A:(?=\s)\s*/g
const blank = (text: string) => ' '.repeat(text.length)

/**
 * What a worked solution gives as its answer, as LaTeX or plain text; null where there is none. In order: `<answer>`; the last of
 * `\boxed{...}` and "final answer is"; `#### n`; "the answer is ..."; the last formula or number; a line of a few words. Boxes and
 * formulas that only "and", "or" or commas part are one answer. `wantsWords`: the gold answer is a word, so that an announcing sentence
 * gives its words before its numbers. What the text takes back later does not count, nor what stands in a think block.
 */
export function extractAnswer(output: string, wantsWords = false): string | null {
  const recent = output.slice(-searched)
  const whole = plainText(mendEscapes(withoutTags(ownTurn(withoutThoughts(recent)))), true)
    .replace(struck, '')
    .replace(markup, '$2')
  const text = whole.replace(afterwards, blank).trimEnd()
  if (text.trim() === '') return null
  const tagged = [...text.matchAll(/<answer>([\s\S]+?)(?:<\/answer>|$)/g)].at(-1)?.[1]
  if (tagged !== undefined && tagged.trim() !== '' && !tagged.includes('<answer>')) return extractAnswer(tagged, wantsWords)
  const stated = lastStated(text, wantsWords)
  if (stated) return correction(whole, stated, wantsWords) ?? stated.content
  const alone = unquoted(
    withoutDenials(text)
      .trim()
      .replace(/^(?:=>|->|⇒|→|∴|\\(?:therefore|Rightarrow|implies)(?![a-z]))\s*/, ''),
  )
  const word = wantsWords ? saidWord(alone) : null
  if (word !== null) return word
  const only = plainly(alone)
  if (only === '') return null
  const last = only.slice(only.lastIndexOf('\n') + 1).trim()
  if (last !== only && isFormula(last) && !/[\\$]|\n\s*\n/.test(only) && isFormula(only)) return last
  if (isFormula(only) || isMeasured(only)) return only
  const formula = formulaAtEnd.exec(last)?.[1]
  if (formula !== undefined) return formula
  const all = findQuantities(only)
  const found = joinedQuantity(only, all, all.length - 1)
  if (found === null) return /^[^\n]{1,60}$/.test(only) ? only : null
  const sentence = last.split(/(?<=[.!?])\s+/).findLast((part) => /\d/.test(part)) ?? ''
  const own = findQuantities(sentence)
  return own.length > 0 && joinedQuantity(sentence, own, own.length - 1) === found ? vetNumber(sentence, own, own.length - 1, found) : found
}

/** `So n is 7.`: a symbol, not a word (`It is 7.`). */
const named = new RegExp(
  String.raw`^(?:(?:so|thus|hence|therefore|then|and)[,:]?\s+)?(?:the\s+value\s+of\s+)?((?:\\?(?:${greek})|(?!(?:it|he|we|so|as|to|or|in|on|at|by|if)\b)[A-Za-z]{1,2})(?:_\{?\w+\}?)?)\s+(?:is|equals)\s+(-?[\d.,/]*\d)\.?$`,
  'i',
)
/** A line that is its answer, without what speech puts round it: `It's 5!`, `5)`. */
const plainly = (text: string): string =>
  named.test(text)
    ? text.replace(named, '$1=$2')
    : /^(?:it|that)(?:['’]s|\s+is)\s|^[A-Za-z -]+!$/i.test(text)
      ? text.replace(/^(?:it|that)(?:['’]s|\s+is)\s+/i, '').replace(/[!.]+$/, '')
      : text.replace(/^(\s*-?[\d.,]+)\)$/, '$1')
/** `The line is y = 2x + 3.`, `we get 2x + 3`: in plain text the last number may be a part of the last formula. */
const term = String.raw`(?:\d*\.?\d*[a-zA-Z](?:\^\{?\d+\}?|[²³])?|\d+(?:\.\d+)?)`
const formulaAtEnd = new RegExp(
  String.raw`(?<=\s)((?:[a-zA-Z](?:\([a-zA-Z]\))?\s*=\s*)?(?=[^=]*(?<![a-zA-Z])[a-zA-Z](?![a-zA-Z]))-?${term}(?:\s*[-+*/]\s*${term})+)\s*[.!]?$`,
)
const unquoted = (text: string) =>
  /^(?:"([^"]*)"|`([^`]*)`)\.?$/
    .exec(text)
    ?.slice(1)
    .find((inside) => inside !== undefined) ?? text

/** `Yes, it is.`, `The triangle is isosceles.`: the word of a short sentence where a word is asked for. */
const saidWord = (text: string): string | null =>
  /^[^.\n]{1,80}[.!]?$/.test(text)
    ? (/^(yes|no|true|false)\b(?=[,.!])/i.exec(text)?.[1] ??
      /\b(?:is|are|was|were)\s+(?!not\b|(?:in)?correct\b|right\b|wrong\b)(?:an?\s+)?([^.,;\d]+?)[.!]?$/.exec(text)?.[1] ??
      null)
    : null

/** A line that is one number to its end, though words stand in it: `18 dollars and 50 cents`, `2 hours 30 minutes`, `$18k`. */
const isMeasured = (text: string): boolean =>
  text.length <= 60 &&
  /^[^\n$]*\$?[^\n$]*$/.test(text) &&
  /\d.*\p{L}/u.test(text) &&
  isTogether(readAnnounced(plainText(text), 'gold')?.written)

const isTogether = (written: Written | null | undefined) =>
  Boolean(written && (written.scaled || written.unit !== undefined || written.clock !== undefined))

/** The last box or final answer, else `####`, else the last announcement. */
function lastStated(text: string, wantsWords: boolean): Found | null {
  const boxed = lastBoxes(text)
  const final = lastAnnounced(text, [...text.matchAll(finalAnnouncement)].map(placeOf), wantsWords)
  if (boxed || final) return boxed && (!final || boxed.at > final.at) ? boxed : final
  return lastHashes(text, wantsWords) ?? lastAnnounced(text, allAnnouncements(text), wantsWords)
}

const placeOf = (match: RegExpExecArray): Announcement => ({ from: match.index, to: match.index + match[0].length })
const allAnnouncements = (text: string) =>
  [...announcements(text), ...[...text.matchAll(lineStart)].map(placeOf)].sort((a, b) => a.to - b.to)

function correction(text: string, stated: Found, wantsWords: boolean): string | null {
  const at = correctionAfter(text, stated.at)
  const sentence = at === null ? '' : sentenceOf(text.slice(at))
  if (sentence.trim() === '') return null
  return lastBoxes(sentence)?.content ?? answerIn(sentence, wantsWords)
}

/** `#### n` as in GSM8K; a heading of prose is none. */
function lastHashes(text: string, wantsWords: boolean): Found | null {
  if (!text.includes('####')) return null
  const match = [...text.matchAll(/^####(?!#)([^\n]{1,200})$/gm)].at(-1)
  const content = match?.[1]?.trim() ?? ''
  return match && content !== '' && (wantsWords || isFormula(content)) ? { content, at: match.index } : null
}

function lastAnnounced(text: string, all: readonly Announcement[], wantsWords: boolean): Found | null {
  for (const { from, to } of all.slice(-tried).reverse()) {
    const sentence = inDigits(sentenceOf(text.slice(to)), wantsWords ? null : text.slice(from, to))
    const content = sentence.trim() === '' ? '' : (answerIn(sentence, wantsWords) ?? '')
    if (content !== '') return { content, at: from }
  }
  return null
}

/** Number words at its start as digits, of the language in which it was announced; as it is where words are asked for or digits stand there. */
const inDigits = (sentence: string, announcement: string | null) =>
  announcement === null || /[\d\\$]/.test(sentence) ? sentence : withSpelledStart(sentence, languageOf(announcement))

/** Up to the end of the sentence or line, formulas kept whole. */
function sentenceOf(text: string): string {
  const trimmed = text.replace(/^(?:\s|\*|\\?")+/, '')
  const display = /^(?:\$\$[\s\S]*?\$\$|\\\[[\s\S]*?\\\])[^\n]{0,80}/.exec(trimmed)
  if (display) return display[0]
  let inFormula = false
  for (let at = 0; at < trimmed.length; at++) {
    if (trimmed[at] === '$' && trimmed[at - 1] !== '\\') inFormula = !inFormula
    const isStop =
      trimmed[at] === '.' &&
      trimmed[at - 1] !== '.' &&
      trimmed[at + 1] !== '.' &&
      !inFormula &&
      /^(?:\s|$|\*|")/.test(trimmed.slice(at + 1, at + 2))
    const isCommand = isStop && /\\[a-z]*$/.test(trimmed.slice(Math.max(0, at - 10), at)) // `\left.`
    if (trimmed[at] === '\n' || (isStop && !isCommand)) return trimmed.slice(0, at)
  }
  return trimmed
}

/** What goes on as a sum after a quantity: it is not the answer yet. */
const goesOn = /^\s*(?:[-+*/^=<>×·÷]|\(\d|\\(?:times|cdot|div)|\w*\s*[=+*/^])/

/**
 * The answer in an announcing sentence: all of it when it is a formula; the quantity it begins with; else its last quantity; else its
 * words.
 */
function answerIn(sentence: string, wantsWords: boolean): string | null {
  const plain = sentence
    .replace(/^[\s"*`]+|[\s"*`.]+$|(?<=^[\s$]*-?[\d.,]+)!+\s*$/g, '')
    .replace(/\s+or so$|[,;]?\s*\b(?:i\.\s?e|e\.\s?g|namely)\b[\s\S]*$|(?<=^'[^']*)'$|(?<=^-?[\d.,]+)["'}\])]+$|^'(?=[^']*'$)/g, '')
  if (isFormula(plain)) return plain
  const spoken = plain.split(/[,;]|\s+(?:because|since|as|so|who|which|with)\s/)[0]?.trim() || null
  if (wantsWords && spoken && /^[(]?[A-Za-z]/.test(spoken)) return spoken
  const all = findQuantities(plain)
  const [first] = all
  const begins = first !== undefined && /^[$\\(\s]*$/.test(plain.slice(0, first.from)) && !goesOn.test(plain.slice(first.to))
  const at = begins ? 0 : all.length - 1
  // `1 hour 30 minutes` are two quantities and one answer.
  if (begins && first?.plain && spoken && all.length > 1 && isMeasured(spoken)) return spoken
  const joined = joinedQuantity(plain, all, at)
  return joined === null ? spoken : vetNumber(plain, all, at, joined)
}
