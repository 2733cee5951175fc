import { magnitudeAt } from '../number/magnitude.ts'
import { isUnitWord } from './strip-unit.ts'

/** A formula in math delimiters, or a number in prose (`plain`), and where it stands. */
export type Quantity = { content: string; from: number; to: number; plain: boolean }

const environments = '(?:align|equation|gather|multline|eqnarray|math|displaymath)'
const formula = new RegExp(
  [
    String.raw`\$\$([\s\S]+?)\$\$`,
    String.raw`(?<!\\)\$((?:[^$\\]|\\[\s\S])+?)(?<!\\)\$`,
    String.raw`\\\(([\s\S]+?)\\\)`,
    String.raw`\\\[([\s\S]+?)\\\]`,
    String.raw`\\begin\{${environments}\*?\}([\s\S]+?)\\end\{[a-z]+\*?\}`,
  ].join('|'),
  'g',
)

/**
 * A number of prose: a sign that is not a minus between two numbers, currency, digits (with thousands commas, a decimal comma or point),
 * roots and pi behind or instead of them, a denominator, a percent sign. Not glued to a letter before it.
 */
const digits = String.raw`(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+,\d+|\d*\.\d+|\d+)`
const magnitudeWords =
  'hundred|thousand|million|billion|trillion|dozen|lakh|crore|mil|millones|millón|millions?|milliards?|Millionen|Milliarden?|milhões|milioni|тысяч[аи]?|миллион(?:а|ов)?'
/** What makes another number of the one before it: `and a half`, `halves`, `squared`. */
const partWords = String.raw`(?:\s+and\s+(?:an?|one|two|three|four)\s+(?:half|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?)\b|[\s-](?:halves|thirds|fourths|fifths|sixths|sevenths|eighths|ninths|tenths|hundredths|thousandths|millionths|squared|cubed|factorial)\b)`
const number = new RegExp(
  [
    String.raw`(?<![\w.\\])(?:(?:[-−](?<![\d)\]}]\s*[-−])|(?<!\d\s{0,2})\b(?:minus|negative)\b)\s?)?(?:\p{Sc}\s?)?`,
    String.raw`(?:${digits}(?:e[-+]?\d{1,4}\b|(?:\s?:\s?\d+(?:\.\d+)?)+(?![\d:])|\s\d+\/\d+|\s?[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|(?:\s?\*\s?10)?\s?\^\s?(?:-?\d+|\{-?\d+\}))?(?:\s?[√π]\d*)*|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|(?:[√π]\d*)+)`,
    String.raw`(?:\s*\/\s*\d+)?(?:\s*(?:\\?%|percent(?:age)?\b|pct\b|[ap]\.?\s?m\b\.?)|(?:[\s-]?(?:${magnitudeWords})(?![\p{L}\p{M}]))+|${partWords}|\s?[万萬億亿만억千百])?`,
  ].join(''),
  'gu',
)
/** `x = 5`, `f(x) = 2x`, `(x,y) = (1,2)`: a name and a value. */
const name = String.raw`(?:\\text\{[^{}]*\}|[A-Za-z](?:_\{?\w+\}?)?(?:\([^()=]*\))?|\([A-Za-z](?:,\s*[A-Za-z])+\))`
const assignment = new RegExp(String.raw`^\s*${name}\s*&?=[^=]*$`)
const joint = /^\s*(?:,|,?\s*(?:and|or)\b)\s*$/

/** Formulas, and numbers outside them, in order. */
export function findQuantities(text: string): Quantity[] {
  const place = (match: RegExpExecArray) => ({ from: match.index, to: match.index + match[0].length })
  const inside = (match: RegExpExecArray) => lastLine(match.slice(1).find((part) => part !== undefined) ?? '')
  const formulas = [...text.matchAll(formula)].map((match) => ({ content: inside(match), ...place(match), plain: false }))
  const prose = text.replace(formula, (whole) => ' '.repeat(whole.length))
  const numbers = [...prose.matchAll(number)].map((match) => ({ content: match[0], ...place(match), plain: true }))
  return [...formulas, ...numbers].filter((one) => one.content.trim() !== '').sort((a, b) => a.from - b.from)
}

/** Values, with names or without, that may be parts of one answer: not `b`, `b = 16`, nor `x = 3`, `x + y = 7`. */
function areAlike(left: string, right: string): boolean {
  const [a, b] = [left, right].map((one) => (assignment.test(one) ? 'named' : one.includes('=') ? 'equation' : 'bare'))
  return a !== 'equation' && (b === 'bare' || (b === 'named' && a === 'named'))
}

/** The last line of a derivation; all lines of a system's solution. */
function lastLine(content: string): string {
  if (/\\begin\{/.test(content)) return content
  const lines = content.split(/\\\\(?:\[[^\]]*\])?/).filter((line) => line.trim() !== '')
  if (lines.length < 2 || lines.every((line) => assignment.test(line))) return content
  return (lines.at(-1) as string).replace(/^(?:\s|&|\\(?:Rightarrow|implies|Longrightarrow|q?quad|therefore)(?![A-Za-z]))+/, '')
}

/**
 * The quantity at a place in the list with those of its kind that only joints part from it; a single one with the unit or percent sign
 * behind it.
 */
export function joinedQuantity(text: string, all: readonly Quantity[], at: number): string | null {
  const isParted = (i: number): boolean => {
    const [left, right] = [all[i], all[i + 1]]
    return (
      !left ||
      !right ||
      left.plain !== right.plain ||
      !joint.test(text.slice(left.to, right.from)) ||
      !areAlike(left.content, right.content)
    )
  }
  if (!all[at]) return null
  let [first, last] = [at, at]
  while (!isParted(first - 1)) first--
  while (!isParted(last)) last++
  const label = /^\s*(?:(\\?%|percent\b|pct\b)|([a-z]{2,12})\b)/i.exec(text.slice(all[last]?.to))
  const magnitude = first === last && !all[last]?.plain ? magnitudeAt(text, (all[last] as Quantity).to, false) : null
  const unit = magnitude
    ? ` \\text{ ${text.slice(all[last]?.to, magnitude.end).trim()}}`
    : label?.[1]
      ? ' \\%'
      : label?.[2] && isUnitWord(label[2])
        ? ` \\text{ ${label[2]}}`
        : ''
  return (
    all
      .slice(first, last + 1)
      .map((one) => one.content.trim())
      .join(' , ') + (first === last ? unit : '')
  )
}
