import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Task, Taskset } from '@whetstone/core'
import { BadInput, parseRow, paths, plugin } from '@whetstone/core'
import { CodeProblem, gradeCode } from '@whetstone/grading'
import { z } from 'zod'
import { fixedTaskset } from '../fixed-taskset.ts'
import type { DatasetSource } from '../dataset-source.ts'

const text = z.string().min(1)
const Row = z.object({ task_id: text, prompt: text, entry_point: text, canonical_solution: text, test: text })
type Row = z.infer<typeof Row>

/**
 * HumanEval (Chen et al. 2021, arXiv 2107.03374): 164 Python functions to be completed from signature and docstring, graded by the published
 * tests. It is a test set: train and validation are empty. `from` is a folder with test.jsonl, where `datasets:pull` puts it by default, or
 * with HumanEval.jsonl(.gz) as OpenAI publishes it; or such a file.
 */
const humaneval = plugin({
  name: 'humaneval',
  about: '164 Python functions to complete, test split only, graded by their tests in a sandbox; openai/human-eval, MIT',
  settings: z.strictObject({ from: z.string().default(paths.taskset('humaneval')).describe('a folder with its test rows, or their file') }),
  make: ({ from }): Taskset =>
    fixedTaskset({
      name: 'humaneval',
      about: humaneval.about,
      instruction: 'Complete the function. Answer with the whole function in one ```python code block.',
      read: (split) => (split === 'test' ? readTasks(from) : []),
      grade: (task, answer) => gradeCode({ problem: CodeProblem.parse(task.metadata), answer }),
    }),
})
export default humaneval

/** Where HumanEval is published, for datasets:pull. */
export const humanevalSource: DatasetSource = {
  name: 'humaneval',
  about: '164 Python functions to complete, with tests',
  licence: 'MIT',
  repo: 'openai/openai_humaneval',
  files: { 'test.jsonl': 'openai_humaneval/test-00000-of-00001.parquet' },
  columns: ['task_id', 'prompt', 'entry_point', 'canonical_solution', 'test'],
  async check(from) {
    await humaneval({ from }).load({ split: 'test', seed: 0, round: 1 })
  },
}

const names = ['test.jsonl', 'humaneval_test.jsonl', 'HumanEval.jsonl.gz', 'HumanEval.jsonl']

function readTasks(from: string): Task[] {
  const isFile = statSync(from, { throwIfNoEntry: false })?.isFile() === true
  const file = isFile ? from : names.map((name) => join(from, name)).find((candidate) => existsSync(candidate))
  if (file === undefined) {
    throw new BadInput(`HumanEval is not in ${from} (${names.join(', ')}): fetch it with \`npx nx run datasets:pull --dataset=humaneval\``)
  }
  const lines = readText(file)
    .split('\n')
    .map((line, i) => ({ line, where: `${file}:${i + 1}` }))
  const tasks = lines.filter(({ line }) => line.trim() !== '').map(({ line, where }) => toTask(parseRow(line, Row, where), where))
  const twice = tasks.find(({ id }, i) => tasks.findIndex((other) => other.id === id) < i)
  if (twice) throw new BadInput(`${file}: task_id ${String(twice.metadata['task_id'])} stands twice: remove one of the rows`)
  return tasks
}

function readText(file: string): string {
  const bytes = readFileSync(file)
  try {
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  } catch (error) {
    throw new BadInput(`${file} cannot be unpacked (${(error as Error).message}): fetch it again`)
  }
}

function toTask({ task_id, prompt, entry_point, canonical_solution, test }: Row, where: string): Task {
  if (!new RegExp(String.raw`^def ${entry_point}\b`, 'm').test(prompt)) {
    throw new BadInput(`${where}: prompt does not define ${entry_point}: mend or remove the row`)
  }
  const id = task_id.toLowerCase().replace('/', '-')
  const tests = [`${test}\ncheck(${entry_point})\n`]
  const problem: CodeProblem = { language: 'python', names: [entry_point], opening: prompt, setup: prompt, tests }
  return {
    id,
    taskset: 'humaneval',
    split: 'test',
    prompt: `\`\`\`python\n${prompt.trimEnd()}\n\`\`\``,
    reference: canonical_solution,
    level: 1,
    cluster: id,
    metadata: { ...problem, task_id },
  }
}
