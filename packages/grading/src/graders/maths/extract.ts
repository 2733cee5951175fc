import { closingBrace } from './scan.ts'
import { mendEscapes } from './tidy.ts'
import { isUnitWord } from './units.ts'

/** Longest part of an output that is searched, from its end; answers stand at the end. */
const searched = 20_000

/** Chat tokens and set phrases after the answer, which some models write. */
const afterwards = /<\|[^|]*\|>[\s\S]*$|<\/?(?:s|think)>|I hope (?:it|this) is correct[\s\S]*$|<end_of_turn>[\s\S]*$/g
/** Markdown's bold type; `2**3` is a power. */
const bold = /(?<![\w)\]}*])\*\*(?=[^\s*])([^*\n]+?)\*\*(?![\w(*])/g
const finalAnnouncement = /\bfinal\s+answer(?:\*\*)?(?:\s+is)?\s*[:.]?\s*(?:\*\*)?/gi
const announcement = /(?:\b[Aa](?:nswer|NSWER)\b(?:\s+is\b|\*{0,2}\s*:)|(?<![^\n])A:(?=\s)|\b[Tt]he (?:result|solution) is\b)\s*:?\s*(?:\*\*)?/g

/** What a worked solution gives as its answer, as LaTeX or plain text; null where there is none. In order: `<answer>`; the last of `\boxed{...}` and "final answer is";
 * `#### n`; "the answer is ..."; the last formula or number; a line of a few words. Boxes and formulas that only "and", "or" or commas part are one answer.
 * `wantsWords`: the gold answer is a word, so that an announcing sentence gives its words before its numbers. */
export function extractAnswer(output: string, wantsWords = false): string | null {
  const text = mendEscapes(output.slice(-searched)).replace(afterwards, ' ').replace(bold, '$1').trim()
  if (text === '') return null
  const tagged = [...text.matchAll(/<answer>([\s\S]+?)(?:<\/answer>|$)/g)].at(-1)?.[1]
  if (tagged !== undefined && tagged.trim() !== '' && !tagged.includes('<answer>')) return extractAnswer(tagged, wantsWords)
  const conclusive = [lastBoxes(text), lastAnnounced(text, finalAnnouncement, wantsWords)].filter((found) => found !== null)
  const last = conclusive.sort((a, b) => b.at - a.at)[0]
  if (last) return last.content
  const afterHashes = lastHashes(text, wantsWords)
  if (afterHashes) return afterHashes
  const announced = lastAnnounced(text, announcement, wantsWords)
  if (announced) return announced.content
  return isFormula(text) ? text : lastOf(text) ?? (/^[^\n]{1,60}$/.test(text) ? text : null)
}

type Found = { content: string; at: number }

const boxStart = /\\(?:f?boxed|fbox|framebox)(?:\s*\{|\s+(?=[\dA-Za-z])|(?=\d))/g
/** Between boxes of one answer: math delimiters, joints and the name of an assignment. */
const between = /^(?:\s|\\[[\]()]|\$|\\quad|\\qquad|\\[,;! ]|[.,;&]|\\text\{\s*(?:and|or)\s*,?\s*\}|and|or|(?:\\?[A-Za-z](?:_\{?\w+\}?)?|[A-Za-z]\([a-z]\))\s*=)*\\*$/

function lastBoxes(text: string): Found | null {
  const boxes = [...text.matchAll(boxStart)].map((match) => {
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
  const percent = /^\s*\$?\s*(?:\\?%|percent\b|pct\b)/.test(text.slice(last.after)) && group.length === 1 ? ' \\%' : ''
  const content = group.join(' , ') + percent
  return content.trim() === '' ? null : { content, at: last.from }
}

/** An unclosed box ends with its formula or paragraph. */
function unclosedEnd(text: string, start: number): number {
  const end = text.slice(start).search(/\n\s*\n|\\\]|\\end\{/)
  return end < 0 ? text.length : start + end
}

/** `#### n` as in GSM8K; a heading of prose is none. */
function lastHashes(text: string, wantsWords: boolean): string | null {
  if (!text.includes('####')) return null
  const content = [...text.matchAll(/^####(?!#)([^\n]{1,200})$/gm)].at(-1)?.[1]?.trim() ?? ''
  return content !== '' && (wantsWords || isFormula(content)) ? content : null
}

/** Announcements tried, from the last; the ones before are of steps. */
const tried = 8

function lastAnnounced(text: string, pattern: RegExp, wantsWords: boolean): Found | null {
  for (const match of [...text.matchAll(pattern)].slice(-tried).reverse()) {
    const start = match.index + match[0].length
    const rest = text.slice(start)
    const sentence = sentenceOf(rest)
    const content = sentence.trim() === '' ? '' : (answerIn(sentence, wantsWords) ?? '')
    if (content !== '') return { content, at: match.index }
  }
  return null
}

/** Up to the end of the sentence or line, formulas kept whole. */
function sentenceOf(text: string): string {
  const trimmed = text.replace(/^(?:\s|\*|\\?")+/, '')
  const display = /^(?:\$\$[\s\S]*?\$\$|\\\[[\s\S]*?\\\])[^\n]{0,80}/.exec(trimmed)
  if (display) return display[0]
  let inFormula = false
  for (let at = 0; at < trimmed.length; at++) {
    if (trimmed[at] === '$' && trimmed[at - 1] !== '\\') inFormula = !inFormula
    if (trimmed[at] === '\n' || (trimmed[at] === '.' && !inFormula && /^(?:\s|$|\*|")/.test(trimmed.slice(at + 1, at + 2)) && !/\\[a-z]*$/.test(trimmed.slice(0, at)))) return trimmed.slice(0, at)
  }
  return trimmed
}

/** The answer in an announcing sentence: all of it when it is a formula; the formula or number it begins with, unless it goes on as a sum; else its last one; else its words. */
function answerIn(sentence: string, wantsWords: boolean): string | null {
  const plain = sentence.replace(/^[\s"*`]+|[\s"*`.]+$/g, '')
  if (isFormula(plain)) return plain
  const spoken = plain.split(/[,;]|\s+(?:because|since|as|so|who|which|with)\s/)[0]?.trim() || null
  if (wantsWords && spoken && /^[(]?[A-Za-z]/.test(spoken)) return spoken
  const all = findQuantities(plain)
  const [first] = all
  const begins = first !== undefined && /^[$\\(\s]*$/.test(plain.slice(0, first.from)) && !/^\s*(?:[-+*/^=<>×·÷]|\(\d|\\(?:times|cdot|div)|\w*\s*[=+*/^])/.test(plain.slice(first.to))
  return (begins ? joined(plain, all, 0) : joined(plain, all, all.length - 1)) ?? spoken
}

const formula = /\$\$([\s\S]+?)\$\$|(?<!\\)\$((?:[^$\\]|\\[\s\S])+?)(?<!\\)\$|\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]|\\begin\{(?:align|equation|gather|multline|eqnarray|math|displaymath)\*?\}([\s\S]+?)\\end\{[a-z]+\*?\}/g
const number = /(?<![\w.\\])(?:[-−](?<![\d)\]}]\s*[-−])\s?)?[$€£]?\s?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+,\d+|\d*\.\d+|\d+)(?:\s?[√π]\d*)*|(?:[√π]\d*)+)(?:\s*\/\s*\d+)?(?:\s*(?:\\?%|percent(?:age)?\b|pct\b))?/g
const joint = /^\s*(?:,|,?\s*(?:and|or)\b)\s*$/

type Quantity = { content: string; from: number; to: number; plain: boolean }

/** Formulas, and numbers outside them, in order. */
function findQuantities(text: string): Quantity[] {
  const formulas = [...text.matchAll(formula)].map((match) => ({ content: (match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5]) as string, from: match.index, to: match.index + match[0].length, plain: false }))
  const prose = text.replace(formula, (whole) => ' '.repeat(whole.length))
  const numbers = [...prose.matchAll(number)].map((match) => ({ content: match[0], from: match.index, to: match.index + match[0].length, plain: true }))
  return [...formulas, ...numbers].filter((one) => one.content.trim() !== '').sort((a, b) => a.from - b.from)
}

/** The quantity at `at` with those that only joints part from it, and the unit or percent sign behind them. */
function joined(text: string, all: readonly Quantity[], at: number): string | null {
  const parted = (i: number) => !all[i] || !all[i + 1] || all[i]?.plain !== all[i + 1]?.plain || !joint.test(text.slice(all[i]?.to, all[i + 1]?.from))
  if (!all[at]) return null
  let [first, last] = [at, at]
  while (!parted(first - 1)) first--
  while (!parted(last)) last++
  const label = /^\s*(?:(\\?%|percent\b|pct\b)|([a-z]{2,12})\b)/i.exec(text.slice(all[last]?.to))
  const unit = label?.[1] ? ' \\%' : label?.[2] && isUnitWord(label[2]) ? ` \\text{ ${label[2]}}` : ''
  return all.slice(first, last + 1).map((one) => one.content.trim()).join(' , ') + (first === last ? unit : '')
}

const lastOf = (text: string) => {
  const all = findQuantities(text)
  return joined(text, all, all.length - 1)
}

/** Whether the text is a bare formula: no words but those of mathematics, joints and a unit after a number. */
export function isFormula(text: string): boolean {
  if (/(?<!\\)\$|\\[([]|\n\s*\n/.test(text) && !/^\s*(?:\$[^$]+\$|\$\$[^$]+\$\$|\\\([\s\S]+\\\)|\\\[[\s\S]+\\\])\s*\.?\s*$/.test(text)) return /^\s*\$?[-+]?\\?\$?[\d,.]+\s*\\?%?\s*$/.test(text)
  const rest = text
    .replace(/\\text(?:normal|bf|rm|it)?\s*\{[^{}]*\}|\\mbox\{[^{}]*\}|\\mathrm\{[^{}]*\}|\\begin\{[a-z]+\}|\\end\{[a-z]+\}/g, ' ')
    .replace(/\\[A-Za-z]+/g, ' ')
    .replace(/(?<![A-Za-z])(?:and|or|sqrt|sin|cos|tan|log|ln|pi|infinity|exp|arcsin|arccos|arctan|percent|percentage|pct|oo)(?![a-z])/g, ' ')
    .replace(/^\s*[-+]?[\d.,]*\d(?:\s*\/\s*\d+)?\s*[a-z]{1,12}(?:\s*\^?\d)?\s*\.?\s*$/i, ' ')
  return /[\d\\A-Za-z]/.test(text) && !/[A-Za-z]{3,}|[A-Za-z]{2,}\s+[A-Za-z]{2,}/.test(rest) && !(/[A-Za-z]/.test(rest) && /(?<![A-Za-z])[A-Z]{2,}\d/.test(text))
}

/** Reads a comma as a decimal point where it can be one: `1000,99`, `0,111`; `1,234` and lists of more stay. */
export function decimalPoint(text: string): string {
  return text.replace(/^(\s*[-+$€£]*\s*)(\d+),(\d+)(?=[^\d,]*$)/, (whole, before: string, a: string, b: string) => (b.length === 3 && !/^0/.test(a) ? whole : `${before}${a}.${b}`))
}
