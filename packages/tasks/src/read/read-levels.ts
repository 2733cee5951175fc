import { BadInput } from '@whetstone/core'
import { fieldNames, fold, isId, valueAt } from './pick-columns.ts'
import type { LocatedRecord } from './read-records.ts'

/** The levels of a column: the number of each value as it stands there, and names where the values are no numbers. */
export type Levels = { column: string; of: ReadonlyMap<string, number>; names: Record<number, string> | null }
/** A column that sorts the questions into a few kinds, with how many each holds, in order. */
export type LevelColumn = { name: string; values: { value: string; rows: number }[]; guess: 'difficulty' | 'topic' | null }

/** More kinds than this are no levels; fewer than two tell nothing. */
const most = 64
/** A guess is made of columns of few kinds only. */
const mostGuessed = 12

/** How people call a column of difficulties, and one of topics. */
const difficulty =
  /^(levels?|lvl|difficult(y|ies)|difficulty_level|hardness|complexity|grade_level|stufe|schwierigkeit(sgrad)?|niveau|nivel|dificultad|difficulté|livello|difficoltà|nível|dificuldade|moeilijkheid(sgraad)?|poziom|trudność|уровень|сложность|难度|難度|難易度|レベル|등급|난이도|수준|المستوى|الصعوبة|مستوى|hops|num_hops|stellen|stellenzahl|ziffern|dígitos|chiffres|cifre|digits|num_digits|n_digits|steps|num_steps)$/
const topic =
  /^(categor(y|ies)|topics?|subjects?|domain|area|field|discipline|skill|type|problem_type|question_type|task_type|kind|thema|kategorie|fach|gebiet|art|categoría|categoria|catégorie|tema|tipo|materia|sujet|matière|onderwerp|kategoria|temat|категория|тема|类别|類別|主题|分類|カテゴリ|科目|분류|주제|유형|الفئة|الموضوع)$/

/** Scales whose words have an order. */
const scales = [
  ['trivial', 'very easy', 'easy', 'easy medium', 'medium easy', 'medium', 'moderate', 'medium hard', 'hard', 'very hard', 'extreme'],
  ['very low', 'low', 'medium', 'mid', 'high', 'very high'],
  ['beginner', 'novice', 'elementary', 'basic', 'intermediate', 'advanced', 'expert'],
  ['elementary school', 'middle school', 'high school', 'college', 'university', 'graduate'],
  ['sehr leicht', 'sehr einfach', 'leicht', 'einfach', 'mittel', 'schwer', 'schwierig', 'sehr schwer', 'sehr schwierig'],
  ['muy fácil', 'fácil', 'media', 'medio', 'difícil', 'muy difícil'],
  ['très facile', 'facile', 'moyen', 'moyenne', 'difficile', 'très difficile'],
  ['facile', 'media', 'medio', 'difficile'],
  ['makkelijk', 'gemiddeld', 'moeilijk'],
  ['łatwy', 'łatwe', 'średni', 'średnie', 'trudny', 'trudne'],
  ['лёгкий', 'легкий', 'легко', 'средний', 'средне', 'сложный', 'сложно', 'трудный'],
  ['简单', '容易', '中等', '困难', '难'],
  ['易', '中', '難'],
  ['やさしい', '簡単', '普通', '難しい'],
  ['쉬움', '보통', '어려움'],
  ['سهل', 'متوسط', 'صعب'],
  ['small', 'medium', 'large'],
  ['short', 'medium', 'long'],
  ['bronze', 'silver', 'gold', 'platinum', 'diamond'],
]

/** Whether a column is called as difficulties or topics are: it is no question and no answer where another may be. */
export const calledLevel = (name: string): boolean => {
  const called = fold(name.split('.').at(-1) as string)
  return difficulty.test(called) || topic.test(called)
}

const said = (value: unknown): string => (value === null || value === undefined || typeof value === 'object' ? '' : String(value).trim())
/** A row that says nothing of its level has one of its own. */
export const untold = 'none'
export const levelValue = (record: Record<string, unknown>, column: string): string => said(valueAt(record, column)) || untold

/** The levels of a column: numbers as they stand (`3`, `Level 3`), words of a known scale in its order, others by the alphabet. */
export function readLevels(rows: readonly LocatedRecord[], column: string, file: string): Levels {
  const texts = [...new Set(rows.map(({ record }) => levelValue(record, column)))]
  if (texts.length > most)
    throw new BadInput(
      `${file}: column ${column} has ${texts.length} different values: a level has at most ${most}. Name another with --level, or none with --level=none`,
    )
  const told = texts.filter((text) => text !== untold)
  const numbers = told.map(wholeIn)
  const heads = new Set(numbers.map((each) => each?.head))
  if (
    told.length === texts.length &&
    heads.size === 1 &&
    numbers.every((each) => each !== null) &&
    distinct(numbers.map((each) => each.number))
  )
    return { column, of: new Map(told.map((text, at) => [text, (numbers[at] as { number: number }).number])), names: null }
  const ordered = [...inOrder(told), ...(told.length < texts.length ? [untold] : [])]
  return {
    column,
    of: new Map(ordered.map((text, at) => [text, at + 1])),
    names: Object.fromEntries(ordered.map((text, at) => [at + 1, text])),
  }
}

const distinct = (numbers: readonly number[]) => new Set(numbers).size === numbers.length

/** `3`, `3.0`, `Level 3`, `L3`: what stands before the number, and the number. */
function wholeIn(text: string): { head: string; number: number } | null {
  const [, head, number] = /^([\p{L}\s_-]*?)[\s_-]*(\d{1,6})(?:\.0+)?$/u.exec(text) ?? []
  return number === undefined ? null : { head: (head as string).trim().toLowerCase(), number: Number(number) }
}

function inOrder(words: readonly string[]): string[] {
  const plain = (word: string) => word.toLowerCase().replace(/[\s_-]+/g, ' ')
  const scale = scales.find((each) => words.every((word) => each.includes(plain(word))))
  return scale
    ? words.toSorted((a, b) => scale.indexOf(plain(a)) - scale.indexOf(plain(b)))
    : words.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** Columns beside the taken ones that sort the questions into two to twelve kinds, the likeliest level first. */
export function levelColumns(rows: readonly LocatedRecord[], taken: readonly string[]): LevelColumn[] {
  const names = fieldNames(rows.slice(0, 100)).filter(
    (name) => !taken.some((each) => each === name || each.startsWith(`${name}.`)) && !isId(name),
  )
  const found = names.flatMap((name): LevelColumn[] => {
    const counts = new Map<string, number>()
    for (const { record } of rows) {
      const value = valueAt(record, name)
      if (value !== null && typeof value === 'object') return []
      const text = said(value)
      counts.set(text, (counts.get(text) ?? 0) + 1)
      if (counts.size > mostGuessed + 1) return []
    }
    const empty = counts.get('') ?? 0
    counts.delete('')
    // as many kinds as rows are no kinds
    if (counts.size < 2 || counts.size > mostGuessed || empty > 0.05 * rows.length || counts.size > rows.length / 4) return []
    const values = inOrder([...counts.keys()]).map((value) => ({ value, rows: counts.get(value) as number }))
    const called = fold(name.split('.').at(-1) as string)
    return [{ name, values, guess: difficulty.test(called) ? 'difficulty' : topic.test(called) ? 'topic' : null }]
  })
  const order = { difficulty: 0, topic: 1, none: 2 }
  return found.toSorted((a, b) => order[a.guess ?? 'none'] - order[b.guess ?? 'none'])
}

/** What such a column holds, in some words: `easy 120, medium 80, hard 40`. */
export const sayKinds = ({ values }: Pick<LevelColumn, 'values'>): string =>
  values
    .slice(0, 6)
    .map(({ value, rows }) => `${value.length > 24 ? `${value.slice(0, 23)}…` : value} ${rows}`)
    .join(', ') + (values.length > 6 ? ` and ${values.length - 6} more` : '')
