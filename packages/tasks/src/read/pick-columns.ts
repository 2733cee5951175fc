import { BadInput, nearest } from '@whetstone/core'
import type { LocatedRecord } from './read-records.ts'

/** What a task is made of, and the names under which people's files hold it, most telling first. */
const aliases = {
  id: ['id', 'task_id', 'question_id', 'problem_id', 'uid', 'nr', 'no', 'number', 'key', 'index', 'idx', 'item'],
  question: [
    ...['question', 'problem', 'prompt', 'query', 'instruction', 'input', 'task', 'text', 'stem', 'ctx', 'goal', 'sentence'],
    // German, Spanish, French, Italian, Portuguese, Dutch, Polish, Russian, Chinese, Japanese, Korean, Arabic
    ...[
      'frage',
      'aufgabe',
      'pregunta',
      'énoncé',
      'domanda',
      'pergunta',
      'vraag',
      'pytanie',
      'вопрос',
      '问题',
      '題目',
      '题目',
      '質問',
      '問題',
    ],
    ...['질문', 'سؤال', 'السؤال'],
  ],
  answer: [
    'answer',
    'answers',
    'gold',
    'target',
    'targets',
    'expected',
    'expected_answer',
    'final_answer',
    'correct_answer',
    'answer_key',
    'answerkey',
    'correct_option',
    'label',
    'reference',
    'output',
    'response',
    'completion',
    'canonical_solution',
    'code',
    'ideal',
    'correct',
    'answers_spans',
    'key',
    ...[
      'antwort',
      'lösung',
      'respuesta',
      'réponse',
      'reponse',
      'risposta',
      'resposta',
      'antwoord',
      'odpowiedź',
      'ответ',
      '答案',
      '回答',
      '答え',
    ],
    ...['正解', '답', '정답', 'جواب', 'الجواب', 'إجابة', 'الإجابة'],
  ],
  solution: ['solution', 'explanation', 'rationale', 'reasoning', 'working'],
  split: ['split', 'subset', 'fold'],
  grader: ['grader'],
  level: ['level', 'difficulty'],
} as const
/** Fields of a part that hold what counts. */
const inner = ['text', 'aliases', 'value', 'spans', 'stem', 'final', 'final_answer', 'result'] as const
/** Names that hold other things than ids as well: they are one where no value comes twice. */
const weakIds = ['nr', 'no', 'number', 'key', 'index', 'idx', 'item']
export type ColumnName = keyof typeof aliases
/** Column (or path, `problem.text`) of each part, as the user named it. */
export type ColumnChoice = Partial<Record<ColumnName, string>>
/** Paths of the parts that were found; question and answer always. */
export type Columns = { question: string; answer: string } & Partial<Record<ColumnName, string>>

/** Whether a column holds a value twice. */
function repeats(rows: readonly LocatedRecord[], name: string): boolean {
  const seen = new Set<unknown>()
  return rows.some(({ record }) => {
    const value = valueAt(record, name)
    if (seen.has(value)) return true
    seen.add(value)
    return false
  })
}

/** {@link pickColumns} where question or answer may be missing. */
export function findColumns(rows: readonly LocatedRecord[], choice: ColumnChoice, file: string): Partial<Record<ColumnName, string>> {
  const head = rows.slice(0, 100)
  const names = [...new Set(head.flatMap(({ record }) => paths(record)))]
  // What holds fields of its own is no question or answer: only by path are they one.
  const leaves = names.filter((name) => !names.some((other) => other.startsWith(`${name}.`)))
  const taken = new Set<string>()
  const picked: Partial<Record<ColumnName, string>> = {}
  for (const part of Object.keys(aliases) as ColumnName[]) {
    const wanted = choice[part]
    if (wanted === undefined) continue
    const path = wanted.replace(/\[(\d+)\]/g, '.$1')
    const found = byName(names, wanted) ?? (head.some(({ record }) => valueAt(record, path) !== undefined) ? path : undefined)
    if (found === undefined) {
      const near = nearest(wanted, names)
      throw new BadInput(
        `${file} has no column "${wanted}" (--${part})${near === null ? '.' : `: did you mean ${JSON.stringify(near)}?`} Columns: ${shown(names)}`,
      )
    }
    picked[part] = found
    taken.add(found)
  }
  for (const part of Object.keys(aliases) as ColumnName[]) {
    if (picked[part] !== undefined) continue
    const free = leaves.filter((name) => !taken.has(name) && !(part === 'id' && weakIds.includes(fold(name)) && repeats(rows, name)))
    const found = [
      ...aliases[part].map((alias) => byName(free, alias)),
      // SQuAD, TriviaQA, DROP, CommonsenseQA and their kin: answers.text
      ...inner.flatMap((field) => aliases[part].map((alias) => byName(free, `${alias}.${field}`))),
    ].find((name) => name !== undefined)
    if (found === undefined) continue
    picked[part] = found
    taken.add(found)
  }
  return picked
}

/**
 * Finds the columns of question, answer and the rest: as named by the user, else by their usual names in any case (`Nr`, `Question`). Nested fields are named by path. What cannot be found is said with
 * the columns that are there.
 */
export function pickColumns(rows: readonly LocatedRecord[], choice: ColumnChoice, file: string): Columns {
  const picked = findColumns(rows, choice, file)
  const { question, answer } = picked
  const names = [...new Set(rows.slice(0, 100).flatMap(({ record }) => paths(record)))]
  for (const [part, found] of [
    ['question', question],
    ['answer', answer],
  ] as const)
    if (found === undefined)
      throw new BadInput(
        `${file} has no column for the ${part}: name it with --${part}=COLUMN (a.b for nested fields). Columns: ${shown(names)}${part === 'answer' && question !== undefined && fold(question) !== 'question' ? `; the question is ${quotedName(question)}` : ''}`,
      )
  return { ...picked, question: question as string, answer: answer as string }
}

export const fold = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
const byName = (names: readonly string[], wanted: string) =>
  names.find((name) => name === wanted) ?? names.find((name) => fold(name) === fold(wanted))
/** A name that could be read as several is in quotes. */
const quotedName = (name: string) => (/[,;"]|^\s|\s$/.test(name) ? JSON.stringify(name) : name)
const shown = (names: readonly string[]) => names.slice(0, 30).map(quotedName).join(', ') + (names.length > 30 ? ' …' : '')

/** Names of the fields of some rows, nested ones by path. */
export const fieldNames = (rows: readonly LocatedRecord[]): string[] => [...new Set(rows.flatMap(({ record }) => paths(record)))]

/** Names under which rows are told apart, and which are no answers. */
export const isId = (name: string): boolean => (aliases.id as readonly string[]).includes(fold(name)) || /(^|_)id$/.test(fold(name))

/** Names of a row's fields, nested objects by path as well. */
function paths(record: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(record).flatMap(([name, value]) => {
    const path = prefix + name
    const nested = value !== null && typeof value === 'object' && !Array.isArray(value)
    return [path, ...(nested && prefix.split('.').length < 5 ? paths(value as Record<string, unknown>, `${path}.`) : [])]
  })
}

/** The value at a path of a row: fields by name, members of a list by number, `answers.0.text`, or all of them, `answers.text`. A column whose own name holds a dot comes first. */
export function valueAt(record: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path]
  for (let cut = path.indexOf('.'); cut > 0; cut = path.indexOf('.', cut + 1)) {
    const name = path.slice(0, cut)
    const found = Object.hasOwn(record, name) ? within(record[name], path.slice(cut + 1)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function within(value: unknown, path: string): unknown {
  if (value === null || typeof value !== 'object') return undefined
  if (!Array.isArray(value)) return valueAt(value as Record<string, unknown>, path)
  const [, at, rest] = /^(\d+)(?:\.(.+))?$/.exec(path) ?? []
  if (at !== undefined) return rest === undefined ? value[Number(at)] : within(value[Number(at)], rest)
  const all = value.map((member) => within(member, path))
  return all.length > 0 && all.every((member) => member !== undefined) ? all : undefined
}
