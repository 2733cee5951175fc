import { overlapIndex, nearDuplicates } from '@whetstone/similarity'
import {
  countKinds,
  isProse,
  readPassages,
  readRecords,
  readTable,
  rowText,
  type LevelColumn,
  type TableOptions,
  type TableReport,
} from '@whetstone/tasks'
import type { Split, Task } from '@whetstone/core'
import { BadInput } from '@whetstone/core'

/** A question of the table that another file holds. */
export type FileOverlap = {
  task: string
  split: Split
  line: number
  rule: 'whole' | 'n-gram' | 'near-duplicate'
  words: number
  evidence: string
}
/** What another file has in common with the table's questions. */
export type Against = {
  file: string
  rows: number
  overlaps: FileOverlap[]
  /** Rows that hold the frame of a question with other numbers: other tasks of its template. */
  siblings: number
}

export type TableCheck = {
  report: Omit<TableReport, 'tasks' | 'levels' | 'others'>
  /** The column of levels, named or guessed, with what each level holds; null for none. */
  levels: { column: string; named: boolean; kinds: LevelColumn['values'] } | null
  /** Columns beside it that sort the questions into a few kinds. */
  others: LevelColumn[]
  splits: Record<Split, number>
  /** Rows by what their answers look like. */
  answers: Record<string, number>
  longestQuestion: { task: string; words: number; characters: number }
  against: Against[]
}

/** Reads a table as a round would, says what is in it, and looks for its questions in other files (training rows, memories, exports, other tables). A file or row that cannot be read is an error. */
export async function checkTable(
  table: TableOptions,
  { against, span }: { against: readonly string[]; span: number },
): Promise<TableCheck> {
  const { tasks, levels, others, ...report } = await readTable(table)
  const level = levels ? others.find(({ name }) => name === levels.column) : others.find(({ guess }) => guess !== null)
  const [longest] = tasks.toSorted((a, b) => b.prompt.length - a.prompt.length) as [Task]
  const result: TableCheck = {
    report,
    levels: level ? { column: level.name, named: levels !== null, kinds: level.values } : null,
    others: others.filter((other) => other !== level),
    splits: { train: 0, validation: 0, test: 0 },
    answers: countKinds(tasks.map(({ reference }) => reference)),
    longestQuestion: { task: longest.id, words: longest.prompt.split(/\s+/).length, characters: longest.prompt.length },
    against: [],
  }
  for (const { split } of tasks) result.splits[split]++
  for (const file of against) result.against.push(await compareFile(tasks, file, span))
  return result
}

async function compareFile(tasks: readonly Task[], file: string, span: number): Promise<Against> {
  const prose = isProse(file) ? readPassages(file) : null
  const rows = prose ? [] : (await readRecords(file)).rows
  if ((prose ?? rows).length === 0) throw new BadInput(`${file} holds no ${prose ? 'text' : 'rows'}: there is nothing to compare`)
  const questions = tasks.map(({ prompt }) => prompt)
  const index = overlapIndex(questions, { span })
  const overlaps: FileOverlap[] = []
  let siblings = 0
  const read = rows.map(({ record, line }) => {
    const text = rowText(record)
    if (text.trim() === '')
      throw new BadInput(`${file}:${line}: holds no text (fields: ${Object.keys(record).join(', ') || 'none'}): it cannot be compared`)
    return { text, line }
  })
  const texts = prose ?? read
  const add = (question: number, line: number, rest: Pick<FileOverlap, 'rule' | 'words' | 'evidence'>) => {
    const { id, split } = tasks[question] as Task
    overlaps.push({ task: id, split, line, ...rest })
  }
  const seen = new Set<string>()
  const told = new Set<number>()
  for (const { text, line } of texts) {
    const found = index.find(text)
    siblings += found.siblings
    for (const { question, rule, words, evidence } of found.overlaps) {
      // The whole of a text says again what its paragraphs say.
      if (prose && told.has(question)) continue
      told.add(question)
      seen.add(`${question} ${line}`)
      add(question, line, { rule, words, evidence })
    }
  }
  // Paraphrases: a row that as a whole is nearly a question.
  const heads = nearDuplicates(questions.concat(texts.map(({ text }) => text)), questions.length + texts.length)
  for (const [place, { line }] of texts.entries()) {
    const head = heads[questions.length + place] as number
    if (head < questions.length && !seen.has(`${head} ${line}`))
      add(head, line, { rule: 'near-duplicate', words: 0, evidence: (tasks[head] as Task).prompt.slice(0, 80) })
  }
  return { file, rows: texts.length, overlaps, siblings }
}
