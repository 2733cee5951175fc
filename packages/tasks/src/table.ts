import { readFileSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import type { Grade, LoadRequest, Split, Task, Taskset } from '@whetstone/core'
import { BadInput, deriveSeed, hash, parseRecord, random, shuffle, Split as SplitSchema } from '@whetstone/core'
import { gradeExact, gradeNumber, readNumber } from '@whetstone/grading'
import { parse } from 'csv-parse/sync'
import type { CsvError } from 'csv-parse/sync'
import { z } from 'zod'
import { readRows } from './read-rows.ts'
import type { Located } from './read-rows.ts'

/** How a row's answer may be compared. */
const graders = { exact: gradeExact, number: gradeNumber } satisfies Record<string, (pair: { gold: string; answer: string }) => Grade>
type Grader = keyof typeof graders

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
 * The user's own tasks: a .csv with a header or a .jsonl with id, question and answer, and if wanted solution, grader (`exact`, `number`) and split.
 * A row without a split goes by the hash of its id: 70% train, 20% validation, 10% test.
 */
export function table({ file, name = 'table', instruction, grader = 'exact' }: { file: string; name?: string; instruction?: string; grader?: Grader }): Taskset {
  let read: Task[] | undefined
  return {
    name,
    ...(instruction === undefined ? {} : { instruction }),
    levels: [1],
    fresh: false,
    about: `tasks of your own from a csv or jsonl file (${file})`,
    async load(request) {
      if (request.levels && !request.levels.includes(1)) return []
      read ??= readTasks(file, name, grader)
      return draw(read.filter(({ split }) => split === request.split), request, name)
    },
    grade: (task, answer) => graders[(task.metadata['grader'] as Grader | undefined) ?? grader]({ gold: task.reference, answer }),
  }
}

/** Train tasks come in another order each round; validation and test in one that never changes, so that a limit always keeps the same ones. */
function draw(tasks: Task[], { split, seed, round, limit = Infinity }: LoadRequest, name: string): Task[] {
  return (split === 'train' ? shuffle(tasks, random(deriveSeed(seed, name, round))) : tasks).slice(0, limit)
}

function readTasks(file: string, name: string, grader: Grader): Task[] {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new BadInput(`${file} not found: give the path of a .csv or .jsonl file`)
  const rows = extname(file) === '.csv' ? readCsv(file) : extname(file) === '.jsonl' ? readRows(file, Row) : undefined
  if (rows === undefined) throw new BadInput(`${file} is neither .csv nor .jsonl: rename it to what it is`)
  if (rows.length === 0) throw new BadInput(`${file} holds no rows: it needs the columns id, question, answer`)
  const lines = new Map<string, number>()
  return rows.map(({ row, line }) => {
    const where = `${file}:${line}`
    const before = lines.get(row.id)
    if (before !== undefined) throw new BadInput(`${where}: id ${row.id} is that of line ${before} too: give each row its own`)
    lines.set(row.id, line)
    return toTask(row, name, grader, where)
  })
}

function toTask({ id, question, answer, grader, split, ...rest }: Row, name: string, fallback: Grader, where: string): Task {
  const used = (grader ?? fallback) as Grader
  if (used === 'number' && readNumber(answer) === null) throw new BadInput(`${where}: answer ${JSON.stringify(answer)} holds no number, but its grader is number: mend the row or name another grader`)
  const taskId = `${name}-${id}`
  return { id: taskId, taskset: name, split: (split as Split | undefined) ?? splitOf(id), prompt: question, reference: answer, level: 1, cluster: taskId, metadata: { ...rest, ...(grader ? { grader } : {}) } }
}

function splitOf(id: string): Split {
  const share = parseInt(hash(id).slice(0, 8), 16) / 0x100000000
  return share < 0.7 ? 'train' : share < 0.9 ? 'validation' : 'test'
}

function readCsv(file: string): Located<Row>[] {
  try {
    const rows = parse(readFileSync(file), { columns: true, bom: true, info: true, skip_empty_lines: true }) as unknown as { record: Record<string, string>; info: { lines: number } }[]
    // A quoted field may span lines: the parser counts to the row's last one.
    return rows.map(({ record, info }) => ({ row: parseRecord(record, Row, `${file}:${info.lines}`), line: info.lines }))
  } catch (error) {
    if (error instanceof BadInput) throw error
    const { message, lines } = error as CsvError & { lines?: number }
    throw new BadInput(`${file}:${lines ?? 1}: ${message}: mend the row`)
  }
}
