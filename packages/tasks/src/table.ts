import { readFileSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import type { Grade, LoadRequest, Split, Task, Taskset } from '@whetstone/core'
import { BadInput, deriveSeed, hash, parseRecord, random, shuffle, Split as SplitSchema } from '@whetstone/core'
import { goldProblem, gradeExact, gradeMaths, gradeNumber, gradeSteps, numberGoldProblem } from '@whetstone/grading'
import { parse } from 'csv-parse/sync'
import type { CsvError } from 'csv-parse/sync'
import { z } from 'zod'
import { readRows } from './read-rows.ts'
import type { Located } from './read-rows.ts'

/**
 * How a row's answer may be compared: as a whole text, by its number, by its number with the arithmetic before it as partial reward, as
 * mathematics.
 */
const graders = { exact: gradeExact, number: gradeNumber, steps: gradeSteps, maths: gradeMaths } satisfies Record<
  string,
  (pair: { gold: string; answer: string }) => Grade | Promise<Grade>
>
type Grader = keyof typeof graders
/** Why a grader cannot compare with this gold answer, or null: said when the table loads, so that no model is blamed for it. */
const problems: Record<Grader, (gold: string) => string | null | Promise<string | null>> = {
  exact: () => null,
  number: numberGoldProblem,
  steps: numberGoldProblem,
  maths: (gold) => goldProblem(gold),
}

const missing = (issue: { input?: unknown }) => (issue.input === undefined ? 'is missing' : 'is neither text nor a number')
const text = z.union([z.string(), z.number()], { error: missing }).transform((value) => String(value).trim())
/** A field that may be missing or left blank. */
const optional = text.nullish().transform((value) => (value ? value : undefined))
const filled = text.refine((value) => value !== '', 'is empty')

/** One row of a user's table. Other columns are kept in the task's metadata. */
const Row = z.looseObject({
  id: filled,
  question: filled,
  answer: filled,
  solution: optional,
  grader: optional.refine((name) => name === undefined || name in graders, `is not a grader. Graders: ${Object.keys(graders).join(', ')}`),
  split: optional.refine((name) => name === undefined || SplitSchema.safeParse(name).success, 'is not one of train, validation, test'),
})
type Row = z.infer<typeof Row>

/**
 * The user's own tasks: a .csv with a header or a .jsonl with id, question and answer, and if wanted solution, grader (`exact`, `number`,
 * `steps`, `maths`) and split. A row without a split goes by the hash of its id: 70% train, 20% validation, 10% test.
 */
export function table({
  file,
  name = 'table',
  instruction,
  grader = 'exact',
}: {
  file: string
  name?: string
  instruction?: string
  grader?: Grader
}): Taskset {
  let read: Task[] | undefined
  return {
    name,
    ...(instruction === undefined ? {} : { instruction }),
    levels: [1],
    fresh: false,
    about: `tasks of your own from a csv or jsonl file (${file})`,
    async load(request) {
      if (request.levels && !request.levels.includes(1)) return []
      read ??= await readTasks(file, name, grader)
      return draw(
        read.filter(({ split }) => split === request.split),
        request,
        name,
      )
    },
    grade: (task, answer) => graders[(task.metadata['grader'] as Grader | undefined) ?? grader]({ gold: task.reference, answer }),
  }
}

/**
 * Train tasks come in another order each round; validation and test in one that never changes, so that a limit always keeps the same ones.
 */
function draw(tasks: Task[], { split, seed, round, limit = Infinity }: LoadRequest, name: string): Task[] {
  return (split === 'train' ? shuffle(tasks, random(deriveSeed(seed, name, round))) : tasks).slice(0, limit)
}

async function readTasks(file: string, name: string, grader: Grader): Promise<Task[]> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new BadInput(`${file} not found: give the path of a .csv or .jsonl file`)
  const rows = extname(file) === '.csv' ? readCsv(file) : extname(file) === '.jsonl' ? readRows(file, Row) : undefined
  if (rows === undefined) throw new BadInput(`${file} is neither .csv nor .jsonl: rename it to what it is`)
  if (rows.length === 0) throw new BadInput(`${file} holds no rows: it needs the columns id, question, answer`)
  const lines = new Map<string, number>()
  for (const { row, line } of rows) {
    const before = lines.get(row.id)
    if (before !== undefined) throw new BadInput(`${file}:${line}: id ${row.id} is that of line ${before} too: give each row its own`)
    lines.set(row.id, line)
    const used = (row.grader ?? grader) as Grader
    const problem = await problems[used](row.answer)
    if (problem !== null)
      throw new BadInput(
        `${file}:${line}: answer ${JSON.stringify(row.answer)} cannot be graded by ${used} (${problem}): mend the row or name another grader`,
      )
  }
  return rows.map(({ row }) => toTask(row, name))
}

function toTask({ id, question, answer, grader, split, ...rest }: Row, name: string): Task {
  const taskId = `${name}-${id}`
  return {
    id: taskId,
    taskset: name,
    split: (split as Split | undefined) ?? splitOf(id),
    prompt: question,
    reference: answer,
    level: 1,
    cluster: taskId,
    metadata: { ...rest, ...(grader ? { grader } : {}) },
  }
}

function splitOf(id: string): Split {
  const share = parseInt(hash(id).slice(0, 8), 16) / 0x100000000
  return share < 0.7 ? 'train' : share < 0.9 ? 'validation' : 'test'
}

function readCsv(file: string): Located<Row>[] {
  try {
    const rows = parse(readFileSync(file), { columns: true, bom: true, info: true, skip_empty_lines: true }) as unknown as {
      record: Record<string, string>
      info: { lines: number }
    }[]
    // A quoted field may span lines: the parser counts to the row's last one.
    return rows.map(({ record, info }) => ({ row: parseRecord(record, Row, `${file}:${info.lines}`), line: info.lines }))
  } catch (error) {
    if (error instanceof BadInput) throw error
    const { message, lines } = error as CsvError & { lines?: number }
    throw new BadInput(`${file}:${lines ?? 1}: ${message}: mend the row`)
  }
}
