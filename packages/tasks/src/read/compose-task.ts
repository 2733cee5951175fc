import type { LocatedRecord } from './read-records.ts'
import { splitChoices } from './split-choices.ts'
import { fieldNames, fold, valueAt } from './pick-columns.ts'

/** What belongs to a question beside its own column, so that it can be answered at all: the text it is about, its input, its choices. Paths of the table; letters of choices follow their order. */
export type Beside = { context?: string; input?: string; choices?: string | readonly string[] }

const contexts = ['context', 'passage', 'story', 'article', 'paragraph', 'document', 'background']
const lists = [
  ...['choices', 'options', 'answer_choices', 'answer_options', 'candidates', 'endings', 'alternatives', 'choice_list', 'option_list'],
  ...['auswahl', 'antwortmöglichkeiten', 'optionen', 'opciones', 'choix', 'opzioni', 'opções', 'варианты', '选项', '選択肢', '보기'],
]
/** Columns of one choice each, as tables have them: A B C D, option_a, choice1 ... */
const lettered = [
  ['a', 'b', 'c', 'd', 'e', 'f'],
  ...['option_', 'option', 'choice_', 'choice', 'opt_', 'op', 'ending', 'ending_', 'answer_', 'sol'].flatMap((name) => [
    ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => name + letter),
    [1, 2, 3, 4, 5, 6].map((number) => `${name}${number}`),
    [0, 1, 2, 3, 4, 5].map((number) => `${name}${number}`),
  ]),
]

/** Finds it by the usual names, in columns that hold something of the kind; never in one that is question, answer or another part already. */
export function findBeside(rows: readonly LocatedRecord[], taken: { question: string; answer: string }): Beside {
  const head = rows.slice(0, 100)
  const names = fieldNames(head).filter((name) => !Object.values(taken).includes(name))
  const named = (alias: string) => names.find((name) => fold(name) === alias)
  // CommonsenseQA: question.choices
  const inner = (alias: string) => named(alias) ?? names.find((name) => fold(name).endsWith(`.${alias}`))
  const holds = (path: string, is: (value: unknown) => boolean) =>
    head.filter(({ record }) => is(valueAt(record, path))).length > 0.9 * head.length
  const found: Beside = {}
  const context = contexts.map(named).find((path) => path !== undefined && holds(path, (value) => typeof value === 'string'))
  if (context !== undefined) found.context = context
  const input = fold(taken.question) === 'instruction' ? named('input') : undefined
  if (input !== undefined && head.every(({ record }) => typeof (valueAt(record, input) ?? '') === 'string')) found.input = input
  const list = lists.map(inner).find((path) => path !== undefined && holds(path, (value) => choiceTexts(value) !== null))
  const apart = lettered.map((set) => set.map(named).filter((path) => path !== undefined)).find((paths) => paths.length >= 2)
  if (list !== undefined) found.choices = list
  else if (apart && apart.every((path) => holds(path, (value) => ['string', 'number'].includes(typeof value)))) found.choices = apart
  return found
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The choices that a cell holds: a list of texts, one written as text, or `{ text: [...], label: [...] }`; null where it is none. */
function choiceTexts(value: unknown): { texts: string[]; labels: string[] } | null {
  const plain = (list: unknown): list is (string | number)[] =>
    Array.isArray(list) &&
    list.length >= 2 &&
    list.length <= letters.length &&
    list.every((item) => ['string', 'number'].includes(typeof item))
  if (plain(value)) return { texts: withoutLetters(value.map(String)), labels: [] }
  if (typeof value === 'string') {
    try {
      if (/^\s*[[{]/.test(value)) return choiceTexts(JSON.parse(value))
    } catch {
      // no JSON: as Python writes it, say
    }
    return splitChoices(value)
  }
  if (value === null || typeof value !== 'object') return null
  if (Array.isArray(value)) {
    const members = value.map((item) => (item as { text?: unknown } | null)?.text)
    const labels = value.map((item) => (item as { label?: unknown } | null)?.label)
    return plain(members) ? { texts: members.map(String), labels: plain(labels) ? labels.map(String) : [] } : null
  }
  const { text, label } = value as { text?: unknown; label?: unknown }
  if (plain(text)) return { texts: text.map(String), labels: plain(label) ? label.map(String) : [] }
  const entries = Object.entries(value)
  return entries.length >= 2 && entries.every(([key, item]) => /^[A-Z]$/.test(key) && typeof item === 'string')
    ? { texts: entries.map(([, item]) => item as string), labels: entries.map(([key]) => key) }
    : null
}

/** Choices that bring their letters along (AQuA: `A)4`) without them. */
function withoutLetters(texts: readonly string[]): string[] {
  const own = (text: string, at: number) => /^\(?([A-Z])[).:]\s*/.exec(text)?.[1] === letters[at]
  return texts.every(own) ? texts.map((text) => text.replace(/^\(?[A-Z][).:]\s*/, '')) : [...texts]
}

function choicesIn(record: Record<string, unknown>, path: Beside['choices']) {
  if (path === undefined) return null
  if (typeof path === 'string') return choiceTexts(valueAt(record, path))
  const texts = path.map((each) => valueAt(record, each)).filter((value) => value !== null && value !== undefined && value !== '')
  return choiceTexts(texts)
}

/** The whole question of a row: the text it is about, the question, its input, its choices with letters. A question that spells its choices itself keeps them. */
export function composeQuestion(record: Record<string, unknown>, question: string, { context, input, choices: path }: Beside): string {
  const text = (of: string | undefined) => (of === undefined ? '' : String(valueAt(record, of) ?? '').trim())
  const choices = choicesIn(record, path)
  const spelled = /(^|\s)\(?A[).:]\s[\s\S]*(^|\s)\(?B[).:]\s/.test(question)
  return [
    text(context) && `${text(context)}\n`,
    question,
    text(input),
    choices && !spelled ? choices.texts.map((choice, index) => `${letters[index]}. ${choice.trim()}`).join('\n') : '',
  ]
    .filter(Boolean)
    .join('\n')
    .replaceAll('\r\n', '\n')
}

/** Whether numbers in the column of answers count the choices, and from which: null where they do not. */
export function countedFrom(rows: readonly LocatedRecord[], answer: string, { choices: path }: Beside): 0 | 1 | null {
  let [low, past] = [Infinity, false]
  for (const { record } of rows) {
    const choices = choicesIn(record, path)
    const value = valueAt(record, answer)
    if (!choices || !/^\d{1,2}$/.test(String(value))) return null
    // a number that is one of the choices is meant as such
    if (choices.texts.some((text) => text.trim() === String(value)) || choices.labels.includes(String(value))) return null
    low = Math.min(low, Number(value))
    past ||= Number(value) >= choices.texts.length
  }
  return low === 0 ? 0 : past || low === 1 ? (low >= 1 && past ? 1 : 0) : null
}

/** The letter of a choice that is named by its letter, label, place or text; anything else as it is. */
export function choiceLetter(record: Record<string, unknown>, answer: string, { choices: path }: Beside, from: 0 | 1 | null): string {
  const choices = choicesIn(record, path)
  if (!choices) return answer
  const { texts, labels } = choices
  const at = labels.includes(answer)
    ? labels.indexOf(answer)
    : texts.some((text) => text.trim() === answer)
      ? texts.findIndex((text) => text.trim() === answer)
      : from !== null && /^\d+$/.test(answer)
        ? Number(answer) - from
        : -1
  return at >= 0 && at < texts.length ? (letters[at] as string) : answer
}
