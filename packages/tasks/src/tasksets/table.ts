import { isAbsolute, join } from 'node:path'
import type { Split, Task, Taskset } from '@whetstone/core'
import { askTogether, BadInput, contentId, loadPlugin, plugin, pluginNames, root, Split as SplitSchema } from '@whetstone/core'
import { goldProbes, probeJudge, type Grader } from '@whetstone/grading'
import { contentKey } from '@whetstone/similarity'
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { fixedTaskset } from '../fixed-taskset.ts'
import { distinctTasks, splitOfQuestion, type DistinctTasks, type LocatedTask } from '../distinct-tasks.ts'
import { countKinds } from '../read/answer-kind.ts'
import { encodings } from '../read/decode-text.ts'
import { separators, type Separator } from '../read/find-separator.ts'
import { choiceLetter, composeQuestion, countedFrom, findBeside, type Beside } from '../read/compose-task.ts'
import { fillSplits } from '../read/fill-splits.ts'
import { pickColumns, valueAt, type Columns } from '../read/pick-columns.ts'
import { readAnswers } from '../read/read-answers.ts'
import { levelColumns, levelValue, readLevels, type LevelColumn, type Levels } from '../read/read-levels.ts'
import { readProbes } from '../read/read-probes.ts'
import { readRecords, type LocatedRecord } from '../read/read-records.ts'
import { soundText } from '../read/sound-text.ts'

/** How a row's answer may be compared: by any of the graders in packages/grading/src/graders but the one that needs a model to ask, which all of a table's rows share. */
export const tableGraders = pluginNames('graders').filter((name) => name !== 'judge')
const graders = pluginNames('graders')
const made = new Map<string, Promise<Grader>>()
function graderNamed(name: string, settings: Record<string, unknown> = {}): Promise<Grader> {
  const key = `${name} ${JSON.stringify(settings)}`
  const known = made.get(key) ?? loadPlugin('graders', name).then((make) => (make as unknown as (settings: unknown) => Grader)(settings))
  made.set(key, known)
  return known
}

const column = z.string().min(1).optional()
const Settings = z.strictObject({
  file: z.string().min(1).describe("CSV, TSV, JSON, JSONL or Parquet; a relative path is looked for here and from the repository's root"),
  name: z.string().min(1).default('table').describe("the task set's name in traces"),
  instruction: z.string().optional().describe('how an answer must look, told as the system message'),
  grader: z
    .string()
    .refine((name) => graders.includes(name), { error: `is not a grader. Graders: ${graders.join(', ')}` })
    .default('exact')
    .describe('how answers are compared where a row does not say'),
  graderSettings: z.record(z.string(), z.unknown()).optional().describe('settings of that grader'),
  probe: z
    .string()
    .optional()
    .describe(
      'grader judge: a table of answers of known verdict (question, answer, correct, if wanted reference), by which the judge itself is measured; without it by gold answers and those of other questions',
    ),
  columns: z
    .strictObject({ question: column, answer: column, id: column, solution: column, grader: column, split: column, level: column })
    .optional()
    .describe(
      'columns, or paths of nested fields, where they are not called so; level: a column of difficulties or topics (numbers or names), by which accuracy is told',
    ),
  whole: z
    .boolean()
    .default(true)
    .describe('a question is asked with what belongs to it: its context, its input, its choices as A. B. C.; false: its column alone'),
  encoding: z.enum(encodings).optional(),
  separator: z.enum(Object.keys(separators) as Separator[]).optional(),
})
export type TableOptions = z.input<typeof Settings>

/** What a table holds, for a look before a round. */
export type TableReport = Omit<DistinctTasks, 'tasks'> & {
  found: string
  rows: number
  columns: Columns
  beside: Beside
  levels: Levels | null
  others: LevelColumn[]
  tasks: Task[]
}

/**
 * The user's own tasks: any table with questions and answers (several accepted ones as a list), and if wanted id, solution, grader and split. Each question counts once. A row without a split goes by the hash of its
 * question: 70% train, 20% validation, 10% test; what asks nearly the same stays in one split.
 */
const table = plugin({
  name: 'table',
  about: 'tasks of your own from a table: questions and answers, if wanted id, solution, grader and split',
  settings: Settings,
  make: (settings): Taskset => {
    const { file, name, instruction, grader, graderSettings, probe } = settings
    let whole: Promise<TableReport> | undefined
    return fixedTaskset({
      name,
      instruction,
      about: `tasks of your own from a table (${file})`,
      read: async () => (await (whole ??= readTable(settings))).tasks,
      async found() {
        const { found, rows, repeated, moved, tasks } = await (whole ??= readTable(settings))
        const kinds = Object.entries(countKinds(tasks.map(({ reference }) => reference))).map(([kind, count]) => `${count} ${kind}`)
        const again = repeated > 0 ? `, ${repeated} ask one again` : ''
        const near = moved.length > 0 ? `, ${moved.length} moved to the split of one that asks nearly the same` : ''
        return `${found}; ${rows} rows, ${tasks.length} distinct questions${again}${near}; answers ${kinds.join(', ')}`
      },
      levelNames: async () => (await (whole ??= readTable(settings))).levels?.names ?? null,
      needsJudge: grader === 'judge',
      async probeJudge(judge, { seed, signal }) {
        const probes =
          probe === undefined
            ? goldProbes(golds((await (whole ??= readTable(settings))).tasks), graderSettings?.['pairwise'] === true)
            : await readProbes(probe)
        if (probes.length === 0) return null
        const { grade } = await graderNamed('judge', graderSettings)
        const model = askTogether(judge)
        const agreement = await probeJudge(probes, ({ question, answer, reference = '' }, i) =>
          grade({ gold: reference, answer, question, judge: model, seed: seed + i, signal }),
        )
        return probe === undefined ? { ...agreement, ofGolds: true } : agreement
      },
      async grade(task, answer, asked) {
        const own = task.metadata['grader'] as string | undefined
        const used = await graderNamed(own ?? grader, own === undefined || own === grader ? graderSettings : {})
        return used.grade({
          gold: accepted(task),
          answer,
          question: task.prompt,
          metadata: task.metadata,
          judge: used.needsJudge ? await asked?.judge?.() : undefined,
          seed: asked?.seed,
          signal: asked?.signal,
        })
      },
    })
  },
})
export default table

/** Reads a table and says what was found in it: columns, distinct questions, rows that repeat one, near-duplicates that changed splits. */
export async function readTable({
  file: given,
  name = 'table',
  grader = 'exact',
  graderSettings,
  columns: choice = {},
  whole = true,
  ...how
}: TableOptions): Promise<TableReport> {
  const file = existsSync(given) || isAbsolute(given) ? given : join(root, given)
  const { rows, found } = await readRecords(file, how)
  if (rows.length === 0) throw new BadInput(`${file} holds no rows: it needs a question and an answer in each`)
  const columns = pickColumns(rows, choice, file)
  const beside = whole ? findBeside(rows, columns) : {}
  const from = countedFrom(rows, columns.answer, beside)
  const levels = choice.level === undefined ? null : readLevels(rows, columns.level as string, file)
  const located: LocatedTask[] = []
  const lines = new Map<string, number>()
  for (const row of rows) {
    const where = `${file}:${row.line}`
    const task = toTask(row, { name, columns, beside, from, levels, grader, where })
    const before = lines.get(task.id)
    // Without a column of ids the id is the question's own: a question that comes again is told by distinctTasks.
    if (before !== undefined && columns.id !== undefined)
      throw new BadInput(
        `${where}: id ${JSON.stringify(valueAt(row.record, columns.id))} is that of line ${before} too (column ${columns.id}): give each row its own`,
      )
    lines.set(task.id, row.line)
    const used = (task.metadata['grader'] as string | undefined) ?? grader
    const { problem: problemOf } = await graderNamed(used, used === grader ? graderSettings : {})
    for (const gold of accepted(task)) {
      const problem = await problemOf(gold)
      if (problem !== null)
        throw new BadInput(
          `${where}: answer ${JSON.stringify(gold)} cannot be graded by ${used} (${problem}): mend the row or name another grader`,
        )
    }
    located.push({ task, where })
  }
  const graderOfTask = (task: Task) => {
    const used = (task.metadata['grader'] as string | undefined) ?? grader
    return graderNamed(used, used === grader ? graderSettings : {})
  }
  const alike = await sameAnswers(located, graderOfTask)
  const { tasks, ...rest } = distinctTasks(located, (a, b) => alike.has(`${a.prompt}\n${keyOf(a)}\n${keyOf(b)}`) || keyOf(a) === keyOf(b))
  const taken = [...Object.entries(columns), ...Object.entries(beside)].flatMap(([part, path]) => (part === 'level' ? [] : path))
  return {
    found,
    rows: rows.length,
    columns,
    beside,
    levels,
    others: levelColumns(rows, taken),
    tasks: fillSplits(tasks.map(({ task }) => task)),
    ...rest,
  }
}

const golds = (tasks: readonly Task[]) => tasks.map(({ prompt, reference }) => ({ question: prompt, gold: reference }))
const accepted = (task: Task) => (task.metadata['accepted'] as string[] | undefined) ?? [task.reference]

/** Accepted answers in no order, as text. */
const keyOf = (task: Task) => accepted(task).map(contentKey).sort().join('\n')

/** Rows of one question whose answers the grader takes for the same though they are written in other ways: 4 and 4.0. */
async function sameAnswers(located: readonly LocatedTask[], graderOfTask: (task: Task) => Promise<Grader>): Promise<Set<string>> {
  const alike = new Set<string>()
  for (const rows of Map.groupBy(located, ({ task }) => contentKey(task.prompt)).values()) {
    const [first, ...others] = rows.map(({ task }) => task) as [Task, ...Task[]]
    for (const other of others) {
      if (keyOf(first) === keyOf(other)) continue
      const { grade, needsJudge } = await graderOfTask(first)
      if (needsJudge || accepted(first).length !== accepted(other).length) continue
      const agree = await Promise.all(
        accepted(other).map((answer) => grade({ gold: accepted(first), answer, question: first.prompt, metadata: first.metadata })),
      )
      if (agree.every(({ passed }) => passed))
        for (const [a, b] of [
          [first, other],
          [other, first],
        ] as const)
          alike.add(`${a.prompt}\n${keyOf(a)}\n${keyOf(b)}`)
    }
  }
  return alike
}

function toTask(
  { record }: LocatedRecord,
  {
    name,
    columns,
    beside,
    from,
    levels,
    grader: usual,
    where,
  }: { name: string; columns: Columns; beside: Beside; from: 0 | 1 | null; levels: Levels | null; grader: string; where: string },
): Task {
  const text = (part: keyof Columns, required: boolean): string => {
    const path = columns[part]
    const value = path === undefined ? undefined : valueAt(record, path)
    if (value === undefined || value === null) {
      if (required) throw new BadInput(`${where}: ${path}: is missing`)
      return ''
    }
    if (typeof value === 'object')
      throw new BadInput(`${where}: ${path}: is neither text nor a number: name a column (a.b for nested fields) that is`)
    const filled = String(value).trim()
    if (filled === '' && required) throw new BadInput(`${where}: ${path}: is empty`)
    return soundText(filled, `${where}: ${path}`)
  }
  const question = soundText(composeQuestion(record, text('question', true), beside), where)
  const [grader, split, solution] = [text('grader', false), text('split', false).toLowerCase(), text('solution', false)]
  // whoever compares texts or numbers means them; a choice is named by its letter
  const [reference = '', ...others] = readAnswers(valueAt(record, columns.answer), `${where}: ${columns.answer}`).map((each) =>
    (grader || usual) === 'choice' ? choiceLetter(record, each, beside, from) : each,
  )
  if (grader !== '' && !tableGraders.includes(grader))
    throw new BadInput(`${where}: ${columns.grader}: is not a grader. Graders: ${tableGraders.join(', ')}`)
  const named = splitNames[split] ?? split
  if (split !== '' && !SplitSchema.safeParse(named).success)
    throw new BadInput(`${where}: ${columns.split}: is not one of train, validation, test`)
  const id = columns.id === undefined ? contentId(name, contentKey(question)) : `${name}-${text('id', true)}`
  const known = new Set(Object.values(columns).map((path) => path.split('.')[0]))
  const rest = Object.fromEntries(Object.entries(record).filter(([column]) => !known.has(column)))
  return {
    id,
    taskset: name,
    split: split === '' ? splitOfQuestion(question) : (named as Split),
    prompt: question,
    reference,
    level: levels?.of.get(levelValue(record, levels.column)) ?? 1,
    cluster: id,
    metadata: {
      ...rest,
      ...(solution && { solution }),
      ...(grader && { grader }),
      ...(others.length > 0 && { accepted: [reference, ...others] }),
    },
  }
}

/** What splits are called elsewhere. */
const splitNames: Record<string, Split> = {
  dev: 'validation',
  development: 'validation',
  eval: 'validation',
  val: 'validation',
  valid: 'validation',
  training: 'train',
  testing: 'test',
}
