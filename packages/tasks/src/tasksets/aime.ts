import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Task, Taskset } from '@whetstone/core'
import { BadInput, hash, paths, plugin } from '@whetstone/core'
import { gradeMaths } from '@whetstone/grading'
import { z } from 'zod'
import { fixedTaskset } from '../fixed-taskset.ts'
import type { DatasetSource } from '../dataset-source.ts'
import { distinctTasks } from '../distinct-tasks.ts'
import { readRows } from '../read-rows.ts'

/** A row as the usual collections publish it; the year from its own field or from the address of the problem's page. */
const Row = z.object({
  problem: z.string().min(1),
  answer: z.union([z.string(), z.number()]).transform((answer) => String(answer).trim()),
  solution: z.string().default(''),
  year: z.union([z.string(), z.number()]).optional(),
  url: z.string().optional(),
})
type Row = z.infer<typeof Row>

/**
 * AIME, the American Invitational Mathematics Examination: whole numbers from 0 to 999 as answers. Too few for training: years up to
 * `lastValidationYear` are validation, later ones test, and there is no train split. `from` is a file, or a folder with aime.jsonl, where
 * `datasets:pull` puts it by default.
 */
const aime = plugin({
  name: 'aime',
  about:
    'American Invitational Mathematics Examination, 90 problems of 2022 to 2024, no train split; AI-MO/aimo-validation-aime, Apache-2.0',
  settings: z.strictObject({
    from: z.string().default(paths.taskset('aime')).describe('a file, or a folder with aime.jsonl'),
    lastValidationYear: z.number().int().default(2023).describe('later years are test'),
  }),
  make: ({ from, lastValidationYear }): Taskset =>
    fixedTaskset({
      name: 'aime',
      about: aime.about,
      instruction: 'Solve the problem step by step. The answer is a whole number from 0 to 999. End with it alone in \\boxed{}.',
      read: () => readTasks(from, lastValidationYear),
      grade: (task, answer) => gradeMaths({ gold: `\\boxed{${task.reference}}`, answer }),
    }),
})
export default aime

/** Where AIME is published, for datasets:pull. */
export const aimeSource: DatasetSource = {
  name: 'aime',
  about: 'American Invitational Mathematics Examination, 90 problems of 2022 to 2024',
  licence: 'Apache-2.0',
  repo: 'AI-MO/aimo-validation-aime',
  files: { 'aime.jsonl': 'data/train-00000-of-00001.parquet' },
  columns: ['problem', 'answer', 'solution', 'url'],
  async check(from) {
    await aime({ from }).load({ split: 'test', seed: 0, round: 1 })
  },
}

function readTasks(from: string, lastValidationYear: number): Task[] {
  const path = statSync(from, { throwIfNoEntry: false })?.isFile() ? from : join(from, 'aime.jsonl')
  if (!existsSync(path)) {
    const fetch = 'fetch it with `npx nx run datasets:pull --dataset=aime`, or give the path of a .jsonl file'
    throw new BadInput(`AIME is not in ${from} (aime.jsonl): ${fetch}`)
  }
  const located = readRows(path, Row).map(({ row, line }) => {
    const where = `${path}:${line}`
    return { task: toTask(row, lastValidationYear, where), where }
  })
  return distinctTasks(located)
    .tasks.map(({ task }) => task)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

function toTask({ problem, answer, solution, year, url }: Row, lastValidationYear: number, where: string): Task {
  if (!/^\d{1,3}$/.test(answer))
    throw new BadInput(`${where}: answer ${JSON.stringify(answer)} is not a whole number from 0 to 999: mend or remove the row`)
  const held = Number(year ?? /(?:19|20)\d\d/.exec(url ?? '')?.[0] ?? NaN)
  if (Number.isNaN(held)) throw new BadInput(`${where}: neither year nor url says of which year the problem is: add a year`)
  const id = `aime-${hash(problem).slice(0, 16)}`
  const split = held <= lastValidationYear ? 'validation' : 'test'
  const metadata = { year: held, solution }
  return { id, taskset: 'aime', split, prompt: problem, reference: String(Number(answer)), level: 1, cluster: id, metadata }
}
