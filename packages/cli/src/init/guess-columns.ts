import { BadInput } from '@whetstone/core'
import { calledLevel, isId, pickColumns, valueAt, type ColumnChoice, type Columns, type LocatedRecord } from '@whetstone/tasks'

/** Rows looked at. */
const most = 200

/**
 * Which columns hold question and answer: those named by the user, else by their usual names, else by what they hold: the question is the
 * column of the longest texts that hardly repeat, the answer the shortest of the others that is no running number. Says how they were found.
 */
export function guessColumns(rows: readonly LocatedRecord[], choice: ColumnChoice, file: string): { columns: Columns; why: string } {
  try {
    const columns = pickColumns(rows, choice, file)
    return { columns, why: choice.question || choice.answer ? 'as you named them' : 'by their names' }
  } catch (error) {
    if (!(error instanceof BadInput) || /has no column "/.test(error.message)) throw error
    const why = 'by what they hold: name others with --question and --answer'
    const head = rows.slice(0, most)
    // one of the two may have a usual name
    for (const guessed of [
      byWords(head, choice),
      { question: questionByContent(head, choice) },
      { answer: answerByContent(head, choice) },
      byContent(head, choice),
    ])
      try {
        return { columns: pickColumns(rows, { ...choice, ...guessed }, file), why }
      } catch {
        // the next guess
      }
    throw error
  }
}

/** Columns whose names hold the word among others: `What is your question?`, `Model answer`. */
function byWords(rows: readonly LocatedRecord[], choice: ColumnChoice): ColumnChoice {
  const names = look(rows).map(({ name }) => name)
  const holding = (word: RegExp) => names.filter((name) => word.test(name))
  const questions = choice.question === undefined ? holding(/\b(question|problem|prompt)\b/i) : [choice.question]
  const answers = choice.answer === undefined ? holding(/\b(answer|solution|gold|target)\b/i) : [choice.answer]
  return questions.length === 1 && answers.length === 1 && questions[0] !== answers[0] ? { question: questions[0], answer: answers[0] } : {}
}

function byContent(rows: readonly LocatedRecord[], choice: ColumnChoice): ColumnChoice {
  const question = questionByContent(rows, choice)
  return { question, answer: answerByContent(rows, { ...choice, question }) }
}

const questionByContent = (rows: readonly LocatedRecord[], choice: ColumnChoice): string | undefined =>
  choice.question ??
  look(rows)
    .filter(({ name, distinct, running }) => name !== choice.answer && distinct > 0.5 && !running)
    .toSorted((a, b) => b.length - a.length)[0]?.name

const answerByContent = (rows: readonly LocatedRecord[], choice: ColumnChoice): string | undefined =>
  choice.answer ??
  look(rows)
    .filter(({ name, running, values }) => name !== choice.question && !running && values > 1)
    // a level is short too
    .toSorted((a, b) => Number(calledLevel(a.name)) - Number(calledLevel(b.name)) || a.length - b.length)[0]?.name

/** What each column holds, of those that hold something in every row. */
function look(rows: readonly LocatedRecord[]): { name: string; length: number; distinct: number; values: number; running: boolean }[] {
  return leaves(rows[0]?.record ?? {}).flatMap((name) => {
    const values = rows.map(({ record }) => valueAt(record, name))
    if (values.some((value) => value === null || value === undefined || (typeof value === 'object' && !Array.isArray(value)))) return []
    const texts = values.map((value) => (Array.isArray(value) ? value.join(', ') : String(value)).trim())
    if (texts.some((text) => text === '')) return []
    const kinds = new Set(texts).size
    // a key that comes again and again names no row
    if (isId(name) && kinds > 0.5 * texts.length) return []
    return [
      {
        name,
        length: texts.reduce((sum, text) => sum + text.length, 0) / texts.length,
        distinct: kinds / texts.length,
        values: kinds,
        running: texts.every((text, index) => index === 0 || Number(text) === Number(texts[index - 1]) + 1),
      },
    ]
  })
}

/** Fields that hold no fields of their own, by path. */
const leaves = (record: Record<string, unknown>, prefix = ''): string[] =>
  Object.entries(record).flatMap(([name, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? leaves(value as Record<string, unknown>, `${prefix}${name}.`)
      : [prefix + name],
  )
