import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Task, Taskset } from '@whetstone/core'
import { BadInput, hash, paths, plugin } from '@whetstone/core'
import { gradeSteps, readNumber } from '@whetstone/grading'
import { contentKey } from '@whetstone/similarity'
import { z } from 'zod'
import { fixedTaskset } from '../fixed-taskset.ts'
import type { DatasetSource } from '../dataset-source.ts'
import { distinctTasks } from '../distinct-tasks.ts'
import { readRows } from '../read-rows.ts'

/** A published row: the answer is a worked solution with `<<48/2=24>>` beside each step, ended by `#### 24`. */
const Row = z.object({ question: z.string().min(1), answer: z.string().min(1) })
type Row = z.infer<typeof Row>

/** Rows of the published train split that are held out for validation. */
const validationRows = 750
const trainRows = 7473

/**
 * GSM8K, grade-school maths in words (Cobbe et al. 2021, arXiv 2110.14168): 7473 train rows, of which the 750 with the lowest hash of their
 * id are validation, and 1319 test rows. A right answer passes; steps that can be checked (`48/2=24`, plain or in marks) earn a part of the
 * reward. The rows are read from `from`, a folder, where `datasets:pull` puts them by default.
 */
const gsm8k = plugin({
  name: 'gsm8k',
  about: 'grade-school maths in words, 7473 train and 1319 test rows; openai/gsm8k, MIT',
  settings: z.strictObject({ from: z.string().default(paths.taskset('gsm8k')).describe('a folder with its train and test rows') }),
  make: ({ from }): Taskset =>
    fixedTaskset({
      name: 'gsm8k',
      about: gsm8k.about,
      instruction: 'Solve the problem step by step. End with a line that holds #### and then the answer as a number, e.g. "#### 42".',
      read: (split) => readTasks(from, split === 'test' ? 'test' : 'train'),
      grade: (task, answer) => gradeSteps({ gold: task.reference, answer }),
    }),
})
export default gsm8k

/** Where GSM8K is published, for datasets:pull. */
export const gsm8kSource: DatasetSource = {
  name: 'gsm8k',
  about: 'grade-school maths in words, 7473 train and 1319 test rows',
  licence: 'MIT',
  repo: 'openai/gsm8k',
  files: { 'train.jsonl': 'main/train-00000-of-00001.parquet', 'test.jsonl': 'main/test-00000-of-00001.parquet' },
  columns: ['question', 'answer'],
  async check(from) {
    const splits = ['train', 'validation', 'test'] as const
    for (const split of splits) await gsm8k({ from }).load({ split, seed: 0, round: 1 })
  },
}

/** Tasks of one file in the order of their ids, which are hashes: an order that has nothing to do with the file's. */
function readTasks(from: string, file: 'train' | 'test'): Task[] {
  const path = fileOf(from, file)
  if (path === undefined)
    throw new BadInput(
      `GSM8K is not in ${from} (${file}.jsonl or gsm8k_${file}.jsonl): fetch it with ` +
        '`npx nx run datasets:pull --dataset=gsm8k`, from a folder of yours with --from=FOLDER',
    )
  const located = readRows(path, Row).map(({ row, line }) => ({ task: toTask(row, file, `${path}:${line}`), where: `${path}:${line}` }))
  const sorted = distinctTasks(located)
    .tasks.map(({ task }) => task)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  if (file === 'test') return sorted
  // What the test file asks too is not trained on.
  const tested = new Set(testQuestions(from))
  const own = sorted.filter(({ prompt }) => !tested.has(contentKey(prompt)))
  // A part of the data keeps the published proportion.
  const held = Math.min(validationRows, Math.ceil((own.length * validationRows) / trainRows))
  return own.map((task, i): Task => (i < held ? { ...task, split: 'validation' } : task))
}

function testQuestions(from: string): string[] {
  const path = fileOf(from, 'test')
  return path === undefined ? [] : readRows(path, Row).map(({ row }) => contentKey(row.question))
}

const fileOf = (from: string, file: 'train' | 'test') =>
  [join(from, `${file}.jsonl`), join(from, `gsm8k_${file}.jsonl`)].find((candidate) => existsSync(candidate))

function toTask({ question, answer }: Row, split: 'train' | 'test', where: string): Task {
  const reference = answer.slice(answer.lastIndexOf('####') + 4).trim()
  if (!answer.includes('####') || readNumber(reference) === null)
    throw new BadInput(`${where}: answer has no number after ####: mend or remove the row`)
  const id = `gsm8k-${hash(question).slice(0, 16)}`
  const solution = answer.slice(0, answer.lastIndexOf('####')).trim()
  return { id, taskset: 'gsm8k', split, prompt: question, reference, level: 1, cluster: id, metadata: { solution } }
}
