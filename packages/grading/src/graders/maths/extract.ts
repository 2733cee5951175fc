import { isFormula } from './is-formula.ts'
import { lastBoxes, type Found } from './last-boxes.ts'
import { findQuantities, joinedQuantity } from './quantities.ts'
import { mendEscapes } from './tidy.ts'

/** Longest part of an output that is searched, from its end; answers stand at the end. */
const searched = 20_000
/** Announcements tried, from the last; the ones before are of steps. */
const tried = 8

/** Chat tokens and set phrases after the answer, which some models write. */
const afterwards = /<\|[^|]*\|>[\s\S]*$|<\/?(?:s|think)>|I hope (?:it|this) is correct[\s\S]*$|<end_of_turn>[\s\S]*$/g
/** Markdown's bold type; `2**3` is a power. */
const bold = /(?<![\w)\]}*])\*\*(?=[^\s*])([^*\n]+?)\*\*(?![\w(*])/g
const finalAnnouncement = /\bfinal\s+answer(?:\*\*)?(?:\s+is)?\s*[:.]?\s*(?:\*\*)?/gi
/** "The answer is", "Answer:", `A:` at the start of a line, "the result is". */
const announcement =
  /(?:\b[Aa](?:nswer|NSWER)\b(?:\s+is\b|\*{0,2}\s*:)|(?<![^\n])A:(?=\s)|\b[Tt]he (?:result|solution) is\b)\s*:?\s*(?:\*\*)?/g

/**
 * What a worked solution gives as its answer, as LaTeX or plain text; null where there is none. In order: `<answer>`; the last of
 * `\boxed{...}` and "final answer is"; `#### n`; "the answer is ..."; the last formula or number; a line of a few words. Boxes and
 * formulas that only "and", "or" or commas part are one answer. `wantsWords`: the gold answer is a word, so that an announcing sentence
 * gives its words before its numbers.
 */
export function extractAnswer(output: string, wantsWords = false): string | null {
  const text = mendEscapes(output.slice(-searched)).replace(afterwards, ' ').replace(bold, '$1').trim()
  if (text === '') return null
  const tagged = [...text.matchAll(/<answer>([\s\S]+?)(?:<\/answer>|$)/g)].at(-1)?.[1]
  if (tagged !== undefined && tagged.trim() !== '' && !tagged.includes('<answer>')) return extractAnswer(tagged, wantsWords)
  const [boxed, final] = [lastBoxes(text), lastAnnounced(text, finalAnnouncement, wantsWords)]
  if (boxed || final) return boxed && (!final || boxed.at > final.at) ? boxed.content : (final as Found).content
  const announced = lastHashes(text, wantsWords) ?? lastAnnounced(text, announcement, wantsWords)?.content
  if (announced !== undefined) return announced
  if (isFormula(text)) return text
  const all = findQuantities(text)
  return joinedQuantity(text, all, all.length - 1) ?? (/^[^\n]{1,60}$/.test(text) ? text : null)
}

/** `#### n` as in GSM8K; a heading of prose is none. */
function lastHashes(text: string, wantsWords: boolean): string | undefined {
  if (!text.includes('####')) return undefined
  const content = [...text.matchAll(/^####(?!#)([^\n]{1,200})$/gm)].at(-1)?.[1]?.trim() ?? ''
  return content !== '' && (wantsWords || isFormula(content)) ? content : undefined
}

function lastAnnounced(text: string, pattern: RegExp, wantsWords: boolean): Found | null {
  for (const match of [...text.matchAll(pattern)].slice(-tried).reverse()) {
    const sentence = sentenceOf(text.slice(match.index + match[0].length))
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
    const isStop = trimmed[at] === '.' && !inFormula && /^(?:\s|$|\*|")/.test(trimmed.slice(at + 1, at + 2))
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
  const plain = sentence.replace(/^[\s"*`]+|[\s"*`.]+$/g, '')
  if (isFormula(plain)) return plain
  const spoken = plain.split(/[,;]|\s+(?:because|since|as|so|who|which|with)\s/)[0]?.trim() || null
  if (wantsWords && spoken && /^[(]?[A-Za-z]/.test(spoken)) return spoken
  const all = findQuantities(plain)
  const [first] = all
  const begins = first !== undefined && /^[$\\(\s]*$/.test(plain.slice(0, first.from)) && !goesOn.test(plain.slice(first.to))
  return joinedQuantity(plain, all, begins ? 0 : all.length - 1) ?? spoken
}
