import type { Task, Taskset } from '@whetstone/core'
import { BadInput, contentId } from '@whetstone/core'
import { contentKey } from '@whetstone/similarity'
import { findColumns, readRecords, readTable, valueAt, type ColumnChoice } from '@whetstone/tasks'
import table from '@whetstone/tasks/tasksets/table.ts'

export type Questions = { taskset: Taskset; tasks: Task[]; graded: boolean }

/**
 * A file of questions as a taskset, every row of it whatever its split: with a column of gold answers their attempts are graded, without one they
 * are kept as they are.
 */
export async function readQuestions(
  file: string,
  how: { columns: ColumnChoice; grader: string; instruction?: string | undefined },
): Promise<Questions> {
  const { columns, grader, instruction } = how
  const { rows } = await readRecords(file)
  const { question, answer } = findColumns(rows, columns, file)
  if (question === undefined)
    throw new BadInput(`${file} has no column for the question: name it with --question=COLUMN (a.b for nested fields)`)
  if (answer !== undefined) {
    const settings = { file, name: 'questions', columns: { question: columns.question, answer: columns.answer }, grader, instruction }
    return { taskset: table(settings), tasks: (await readTable(settings)).tasks, graded: true }
  }
  const tasks = new Map<string, Task>()
  for (const { record, line } of rows) {
    const value = valueAt(record, question)
    if (typeof value !== 'string' && typeof value !== 'number') throw new BadInput(`${file}:${line}: ${question}: is no text`)
    const prompt = String(value).trim()
    if (prompt === '') throw new BadInput(`${file}:${line}: ${question}: is empty`)
    const id = contentId('questions', contentKey(prompt))
    tasks.set(id, { id, taskset: 'questions', split: 'test', prompt, reference: '', level: 1, cluster: id, metadata: {} })
  }
  if (tasks.size === 0) throw new BadInput(`${file} holds no rows: it needs a question in each`)
  const taskset: Taskset = {
    name: 'questions',
    instruction,
    levels: [1],
    fresh: false,
    about: `questions without answers (${file})`,
    load: async () => [...tasks.values()],
    grade: () => ({ reward: 0, passed: false, parts: {}, reason: 'ungraded', feedback: '' }),
  }
  return { taskset, tasks: [...tasks.values()], graded: false }
}
