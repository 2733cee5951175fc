import { announcements } from './announcement.ts'
import { extractAnswer } from './maths/extract.ts'
import { normalised } from './normalised.ts'
import { choiceOf, readChoice } from './read-choice.ts'

/** Letters with their texts, in order; empty where the task does not say them. */
export type Choices = ReadonlyMap<string, string>

const loosely = { case: false, spaces: false, punctuation: false, articles: false, accents: true, unicode: 'NFKC' } as const
const plain = (text: string) => normalised(text, loosely)
const letterAt = (index: number) => String.fromCharCode(65 + index)

/** The choices of a task: a list or an object of letters in its metadata, else lines `A) ...` or `(A) ...` of its question. */
export function choicesOf(given: unknown, question: string): Choices {
  if (Array.isArray(given)) return new Map(given.map((text, i) => [letterAt(i), String(text)]))
  if (typeof given === 'string' && given.includes('|')) return choicesOf(given.split('|'), '')
  if (given !== null && typeof given === 'object') {
    const { label, text } = given as { label?: unknown; text?: unknown } // as some sets on the hub have them
    if (Array.isArray(label) && Array.isArray(text)) return new Map(label.map((name, i) => [String(name).toUpperCase(), String(text[i])]))
    return new Map(Object.entries(given).map(([name, value]) => [name.toUpperCase(), String(value)]))
  }
  const lines = [...question.matchAll(/(?:^|\n|\s)\(?([A-J])[).:]\s+([^\n]*?)(?=\s+\(?[B-J][).:]\s|\n|$)/g)]
  const inOrder = lines.filter(([, letter], i) => letter === letterAt(i))
  return new Map(inOrder.length > 1 ? inOrder.map(([, letter, text]) => [letter as string, (text as string).trim()]) : [])
}

/** The letter that a gold answer means: itself, or that of the choice with its text; null where it is neither. */
export function goldChoice(gold: string, choices: Choices): string | null {
  const byText = [...choices].filter(([, text]) => plain(text) === plain(gold))
  if (byText.length === 1) return (byText[0] as [string, string])[0]
  const letter = choiceOf(gold) ?? choiceOf(gold.trim().toUpperCase())
  return letter !== null && (choices.size === 0 || choices.has(letter)) ? letter : null
}

const named = /\b(?:option|choice|answer)\s*(?:is\s*)?:?\s*\(?([A-J])\)?(?![A-Za-z'])/gi

/** A letter with the text of another choice behind it. */
const saysAnother = (text: string, letter: string, choices: Choices): boolean => {
  const said = ` ${plain(text.replace(/^[\s([*]*[A-Za-z][)\].:*\s-]+/, ''))} `
  return [...choices].some(([name, choice]) => name !== letter && plain(choice).length > 1 && said === ` ${plain(choice)} `)
}

/** The letter that an answer gives, "several" where it gives more than one, null where none. A text counts where it is that of one choice alone. */
export function chosen(answer: string, choices: Choices): string | null {
  const last = announcements(answer).at(-1)
  const line = ` ${plain(last ? (answer.slice(last.to).split('\n', 1)[0] as string) : '')} `
  const begun = [...choices]
    .filter(([, text]) => plain(text) !== '' && line.startsWith(` ${plain(text)} `))
    .sort((a, b) => b[1].length - a[1].length)
  if (begun.length > 1 && !/\b(?:or|and)\b/.test(line)) return (begun[0] as [string, string])[0]
  const announced = extractAnswer(answer, true) ?? ''
  for (const text of [announced, answer.trim()]) {
    const letter = readChoice(text)?.toUpperCase()
    if (letter !== undefined && /^[A-Z]$/.test(letter) && (choices.size === 0 || choices.has(letter)))
      return saysAnother(text, letter, choices) ? 'several' : letter
    const same = [...choices].filter(([, choice]) => plain(choice) === plain(text))
    if (same.length === 1) return (same[0] as [string, string])[0]
    if (/^\W*\(?[A-J]\)?\W+(?:(?:and|or)\W+)?\(?[A-J]\)?(?![A-Za-z])/.test(text)) return 'several'
  }
  // What it is not, and why, is no second choice.
  const chosenPart = announced
    .replace(/\b(?:not|rather than|instead of|unlike)\s+[^,.;]+/gi, ' ')
    .split(/\b(?:because|since)\b/i)[0] as string
  const letters = new Set([...answer.matchAll(named)].map(([, letter]) => (letter as string).toUpperCase()))
  if (letters.size > 1) return 'several'
  const [only] = letters
  if (only !== undefined) return only
  const mentioned = [...choices].filter(([, choice]) => plain(choice) !== '' && ` ${plain(chosenPart)} `.includes(` ${plain(choice)} `))
  return mentioned.length === 1 ? (mentioned[0] as [string, string])[0] : mentioned.length > 1 ? 'several' : null
}
