import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Split, Task, Taskset } from '@whetstone/core'
import { BadInput, paths, plugin } from '@whetstone/core'
import { CodeProblem, gradeCode } from '@whetstone/grading'
import { z } from 'zod'
import { fixedTaskset } from '../fixed-taskset.ts'
import type { DatasetSource } from '../dataset-source.ts'
import { readRows } from '../read-rows.ts'

const Row = z.object({
  task_id: z.number().int().positive(),
  text: z.string().min(1),
  code: z.string().min(1),
  test_list: z.array(z.string().min(1)).min(1),
  test_setup_code: z.string().default(''),
})
type Row = z.infer<typeof Row>

/**
 * MBPP, small Python problems in words (Austin et al. 2021, arXiv 2108.07732): by the paper's split ids 11-510 are test, 511-600 validation,
 * 601-974 train; 1-10 are left out. The paper shows all tests to the model; here only the first is shown (for the name and the form), so
 * that answers which merely repeat the tests fail. `from` is a folder with train.jsonl, validation.jsonl and test.jsonl, where
 * `datasets:pull` puts them by default, or with mbpp.jsonl as Google publishes it; or such a file.
 */
const mbpp = plugin({
  name: 'mbpp',
  about:
    'small Python problems in words, 374 train, 90 validation and 500 test rows, graded by tests in a sandbox; google-research-datasets/mbpp, CC-BY-4.0',
  settings: z.strictObject({ from: z.string().default(paths.taskset('mbpp')).describe('a folder with its rows, or their file') }),
  make: ({ from }): Taskset =>
    fixedTaskset({
      name: 'mbpp',
      about: mbpp.about,
      instruction: 'Answer with the whole function in one ```python code block.',
      read: () => readTasks(from),
      grade: (task, answer) => gradeCode({ problem: CodeProblem.parse(task.metadata), answer }),
    }),
})
export default mbpp

/** Where MBPP is published, for datasets:pull. */
export const mbppSource: DatasetSource = {
  name: 'mbpp',
  about: 'small Python problems in words with tests, 374 train, 90 validation and 500 test rows',
  licence: 'CC-BY-4.0',
  repo: 'google-research-datasets/mbpp',
  files: {
    'train.jsonl': 'full/train-00000-of-00001.parquet',
    'validation.jsonl': 'full/validation-00000-of-00001.parquet',
    'test.jsonl': 'full/test-00000-of-00001.parquet',
  },
  columns: ['task_id', 'text', 'code', 'test_list', 'test_setup_code'],
  async check(from) {
    for (const split of ['train', 'validation', 'test'] as const) await mbpp({ from }).load({ split, seed: 0, round: 1 })
  },
}

function readTasks(from: string): Task[] {
  const whole = statSync(from, { throwIfNoEntry: false })?.isFile() ? from : join(from, 'mbpp.jsonl')
  const parts = ['train', 'validation', 'test'].flatMap((split) => {
    const file = [join(from, `${split}.jsonl`), join(from, `mbpp_${split}.jsonl`)].find((candidate) => existsSync(candidate))
    return file === undefined ? [] : [file]
  })
  const files = existsSync(whole) ? [whole] : parts
  if (files.length === 0) {
    const wanted = 'mbpp.jsonl, or train.jsonl, validation.jsonl and test.jsonl'
    throw new BadInput(`MBPP is not in ${from} (${wanted}): fetch it with \`npx nx run datasets:pull --dataset=mbpp\``)
  }
  const tasks = new Map<string, Task>()
  for (const file of files) {
    for (const { row, line } of readRows(file, Row)) {
      const task = toTask(row, `${file}:${line}`)
      if (task && tasks.has(task.id)) throw new BadInput(`${file}:${line}: task_id ${row.task_id} stands twice: remove one of the rows`)
      if (task) tasks.set(task.id, task)
    }
  }
  return [...tasks.values()]
}

const splitOf = (id: number): Split | null => (id <= 10 ? null : id <= 510 ? 'test' : id <= 600 ? 'validation' : 'train')

function toTask({ task_id, text, code, test_list, test_setup_code }: Row, where: string): Task | null {
  const split = splitOf(task_id)
  if (split === null) return null
  const reference = code.replaceAll('\r\n', '\n')
  const names = testedNames(reference, [...test_list, test_setup_code].join('\n'))
  if (names.length === 0) throw new BadInput(`${where}: test_list uses nothing that code defines: mend or remove the row`)
  const problem: CodeProblem = {
    language: 'python',
    names,
    opening: '',
    setup: testedImports(reference, test_list.join('\n')),
    tests: test_list.map((test) => `${test_setup_code.replaceAll('\r\n', '\n')}\n${test}`),
  }
  const id = `mbpp-${task_id}`
  const prompt = `${text.trim()}\nThe function must pass this test:\n${test_list[0]}`
  return { id, taskset: 'mbpp', split, prompt, reference, level: 1, cluster: id, metadata: problem }
}

const words = (text: string) => text.match(/[A-Za-z_]\w*/g) ?? []

/**
 * Names that the reference defines at its top and the tests use, in the order in which the tests use them. What a model's program defines
 * besides can never reach the tests.
 */
function testedNames(reference: string, tests: string): string[] {
  const defined = new Set([...reference.matchAll(/^(?:def|class)\s+(\w+)|^(\w+)\s*=(?!=)/gm)].map((match) => match[1] ?? match[2]))
  return [...new Set(words(tests))].filter((name) => defined.has(name))
}

/** One-line imports of the reference whose names the tests use. */
function testedImports(reference: string, tests: string): string {
  const used = new Set(words(tests))
  const isUsed = (line: string) => words(line).some((word) => used.has(word) && word !== 'import' && word !== 'from')
  return (reference.match(/^(?:import|from)\s[^(\n]*$/gm) ?? []).filter(isUsed).join('\n')
}
