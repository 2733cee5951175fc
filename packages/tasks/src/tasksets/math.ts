import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Split, Task, Taskset } from '@whetstone/core'
import { BadInput, hash, paths, plugin } from '@whetstone/core'
import { extractAnswer, gradeMaths } from '@whetstone/grading'
import { z } from 'zod'
import { fixedTaskset } from '../fixed-taskset.ts'
import type { DatasetSource } from '../dataset-source.ts'
import { distinctTasks, type LocatedTask } from '../distinct-tasks.ts'
import { gradable } from '../math-gold.ts'
import { readRows } from '../read-rows.ts'

/**
 * A row as MATH and its derivatives publish it: level "Level 3" or 3; type or subject; the answer in the solution's last \boxed, or beside
 * it.
 */
const Row = z.object({
  problem: z.string().min(1),
  solution: z.string().default(''),
  answer: z.string().min(1).optional(),
  level: z.union([z.string(), z.number()]).transform((level) => Number(/\d/.exec(String(level))?.[0] ?? NaN)),
  type: z.string().optional(),
  subject: z.string().optional(),
})
type Row = z.infer<typeof Row>

/** The seven subjects, as the rows name them. */
export const mathSubjects = [
  'Algebra',
  'Counting & Probability',
  'Geometry',
  'Intermediate Algebra',
  'Number Theory',
  'Prealgebra',
  'Precalculus',
] as const
export type MathSubject = (typeof mathSubjects)[number]

/** Rows of the published train split that are held out for validation. */
const validationRows = 750
const trainRows = 7500

/**
 * MATH, competition mathematics (Hendrycks et al. 2021, arXiv 2103.03874), levels 1 to 5, answers in LaTeX: 7500 train rows, of which the
 * 750 with the lowest hash of their problem are validation, and 5000 test rows. `from` is a folder with train.jsonl and test.jsonl (or
 * math_train.jsonl, math_test.jsonl), where `datasets:pull` puts them by default; or one file, whose rows go by hash: 70% train, 20%
 * validation, 10% test.
 */
const math = plugin({
  name: 'math',
  about: 'competition mathematics with LaTeX answers, 7500 train and 5000 test rows, levels 1-5, seven subjects; hendrycks/math, MIT',
  settings: z.strictObject({
    from: z.string().default(paths.taskset('math')).describe('a folder with its train and test rows, or one file'),
    subjects: z.array(z.enum(mathSubjects)).readonly().optional().describe('only these subjects'),
  }),
  make: ({ from, subjects }): Taskset =>
    fixedTaskset({
      name: 'math',
      about: math.about,
      instruction: 'Solve the problem step by step. End with the answer alone in \\boxed{}.',
      levels: [1, 2, 3, 4, 5],
      read: async (split) =>
        (await gradable(readSplit(from, split))).filter(
          ({ metadata }) => !subjects || subjects.includes(metadata['subject'] as MathSubject),
        ),
      grade: (task, answer) => gradeMaths({ gold: `\\boxed{${task.reference}}`, answer }),
    }),
})
export default math

/** Where MATH is published, for datasets:pull. */
export const mathSource: DatasetSource = {
  name: 'math',
  about: 'competition mathematics, 7500 train and 5000 test rows',
  licence: 'MIT',
  repo: 'DigitalLearningGmbH/MATH-lighteval',
  files: { 'train.jsonl': 'data/train-00000-of-00001.parquet', 'test.jsonl': 'data/test-00000-of-00001.parquet' },
  columns: ['problem', 'level', 'type', 'solution'],
  async check(from) {
    for (const split of ['train', 'validation', 'test'] as const) await math({ from }).load({ split, seed: 0, round: 1 })
  },
}

function readSplit(from: string, split: Split): LocatedTask[] {
  const inSplit = ({ task, where }: LocatedTask, to: Split): LocatedTask => ({ task: { ...task, split: to }, where })
  if (statSync(from, { throwIfNoEntry: false })?.isFile()) {
    const all = sorted(readTasks(from, 'train'))
    return all.map((item, i) => inSplit(item, splitOf(i / all.length))).filter(({ task }) => task.split === split)
  }
  const [test, train] = [fileOf(from, 'test'), split === 'test' ? null : fileOf(from, 'train')]
  if (train === null) return sorted(readTasks(test, 'test'))
  const published = existsSync(test) ? new Set(readTasks(test, 'test').map(({ task }) => task.id)) : new Set<string>()
  // A few problems stand in both published files: they stay in the test split alone.
  const tasks = sorted(readTasks(train, 'train').filter(({ task }) => !published.has(task.id)))
  const held = Math.min(validationRows, Math.ceil((tasks.length * validationRows) / trainRows))
  return split === 'train' ? tasks.slice(held) : tasks.slice(0, held).map((item) => inSplit(item, split))
}

const splitOf = (share: number): Split => (share < 0.7 ? 'train' : share < 0.9 ? 'validation' : 'test')
const sorted = (tasks: LocatedTask[]) => tasks.sort((a, b) => (a.task.id < b.task.id ? -1 : 1))

function fileOf(from: string, file: 'train' | 'test'): string {
  const path = [join(from, `${file}.jsonl`), join(from, `math_${file}.jsonl`)].find((candidate) => existsSync(candidate))
  if (path !== undefined) return path
  const fetch = 'fetch it with `npx nx run datasets:pull --dataset=math`, from a folder of yours with --from=FOLDER'
  throw new BadInput(`MATH is not in ${from} (${file}.jsonl or math_${file}.jsonl): ${fetch}`)
}

/** Rows without a level ("Level ?", two of the published ones) are left out. */
function readTasks(path: string, split: Split): LocatedTask[] {
  const located = readRows(path, Row)
    .filter(({ row }) => !Number.isNaN(row.level))
    .map(({ row, line }) => ({ task: toTask(row, split, `${path}:${line}`), where: `${path}:${line}` }))
  return distinctTasks(located).tasks
}

function toTask({ problem, solution, answer, level, type, subject }: Row, split: Split, where: string): Task {
  const reference = answer ?? (solution.includes('boxed') ? extractAnswer(solution) : null)
  if (reference === null) throw new BadInput(`${where}: solution has no \\boxed answer: mend or remove the row`)
  if (level < 1 || level > 5) throw new BadInput(`${where}: level ${level} is not one of 1 to 5`)
  const id = `math-${hash(problem).slice(0, 16)}`
  return {
    id,
    taskset: 'math',
    split,
    prompt: problem,
    reference,
    level,
    cluster: id,
    metadata: { subject: type ?? subject ?? '', solution },
  }
}
