import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, root, type Task } from '@whetstone/core'
import { bubblewrap, CodeProblem, gradeCode, pyodide, type Sandbox } from '@whetstone/grading'
import { provesItself } from '../contract.ts'
import humaneval from './humaneval.ts'

const folder = mkdtempSync(join(tmpdir(), 'humaneval-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
/** Rows of our own in the published form; the second's tests use a helper of the prompt's. */
const rows = [
  {
    task_id: 'HumanEval/0',
    entry_point: 'double',
    prompt: 'from typing import List\n\n\ndef double(numbers: List[int]) -> List[int]:\n    """Doubles each number."""\n',
    canonical_solution: '    return [2 * number for number in numbers]\n',
    test: 'def check(candidate):\n    assert candidate([1, 2]) == [2, 4]\n    assert candidate([]) == []\n',
  },
  {
    task_id: 'HumanEval/1',
    entry_point: 'decode',
    prompt:
      'def encode(text: str):\n    """Shifts by one."""\n    return "".join(chr(ord(letter) + 1) for letter in text)\n\n\ndef decode(text: str):\n    """Undoes encode."""\n',
    canonical_solution: '    return "".join(chr(ord(letter) - 1) for letter in text)\n',
    test: 'def check(candidate):\n    for word in ["a", "hello"]:\n        assert candidate(encode(word)) == word\n',
  },
]
const write = (name: string, items: readonly unknown[]) => {
  const text = items.map((item) => `${JSON.stringify(item)}\n`).join('')
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text)
  return join(folder, name)
}
write('test.jsonl', rows)

const test = suite('humaneval')
const taskset = humaneval({ from: folder })
provesItself(test, taskset, {}, ['test'])

const answers: [name: string, answer: string, passed: boolean][] = [
  ['the body', '    return [2 * number for number in numbers]', true],
  ['the whole function', 'def double(numbers: List[int]):\n    return [n + n for n in numbers]', true],
  ['a fenced function with prose', 'Here:\n```python\ndef double(xs):\n    return [x * 2 for x in xs]\n```\nIt doubles.', true],
  ['a wrong function', '```python\ndef double(xs):\n    return xs\n```', false],
  ['return None', '    return None', false],
  ['its own check', 'def double(xs): return None\ndef check(candidate): pass', false],
]
for (const [name, answer, passed] of answers)
  test(`grades ${name}`, async () => {
    const [task] = await taskset.load({ split: 'test', seed: 1, round: 1 })
    assert.is((await taskset.grade(task!, answer)).passed, passed)
  })

test('the published gzip reads the same; train and validation are empty', async () => {
  const zipped = await humaneval({ from: write('HumanEval.jsonl.gz', rows) }).load({ split: 'test', seed: 1, round: 1 })
  assert.equal(zipped, await taskset.load({ split: 'test', seed: 1, round: 1 }))
  for (const split of ['train', 'validation'] as const) assert.equal(await taskset.load({ split, seed: 1, round: 1 }), [])
})

const broken: [rows: unknown[], message: RegExp][] = [
  [[{ ...rows[0], entry_point: 'triple' }], /broken\.jsonl:1: prompt does not define triple/],
  [[rows[0], { ...rows[1], test: 3 }], /broken\.jsonl:2: test/],
  [[rows[0], rows[0]], /HumanEval\/0 stands twice/],
]
for (const [items, message] of broken)
  test(`refused: ${String(message)}`, async () => {
    const error = await humaneval({ from: write('broken.jsonl', items) })
      .load({ split: 'test', seed: 1, round: 1 })
      .catch((reason: unknown) => reason)
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
  })

test('an absent folder says how to get the data, a damaged file too', async () => {
  const load = (from: string) =>
    humaneval({ from })
      .load({ split: 'test', seed: 1, round: 1 })
      .then(
        () => '',
        (error: Error) => error.message,
      )
  assert.match(await load(join(folder, 'absent')), /datasets:pull --dataset=humaneval/)
  writeFileSync(join(folder, 'damaged.gz'), 'no gzip')
  assert.match(await load(join(folder, 'damaged.gz')), /cannot be unpacked .*fetch it again/)
})

const real = join(root, '../shared/data/HumanEval.jsonl.gz')
/** Every `step`th published task with its canonical solution and with "return None" in a sandbox: the solutions pass, the others do not. */
async function gradePublished(sandbox: Sandbox, step: number): Promise<void> {
  const tasks = await humaneval({ from: real }).load({ split: 'test', seed: 1, round: 1 })
  assert.is(tasks.length, 164)
  const chosen = tasks.filter((_, i) => i % step === 0)
  const passing = async (answer: (task: Task) => string) => {
    const grades = await Promise.all(
      chosen.map((task) => gradeCode({ problem: CodeProblem.parse(task.metadata), answer: answer(task), sandbox })),
    )
    return chosen.filter((_, i) => grades[i]?.passed).map(({ id }) => id)
  }
  assert.equal(
    await passing(({ reference }) => reference),
    chosen.map(({ id }) => id),
  )
  assert.equal(await passing(() => '    return None\n'), [])
}

for (const [sandbox, step] of [
  [bubblewrap, 1],
  [pyodide, 20],
] as const)
  test(`the published set in ${sandbox.name}${step > 1 ? `, every ${step}th` : ''}: canonical solutions pass, "return None" never`, async () => {
    const missing = existsSync(real) ? await sandbox.missing() : '../shared/data/HumanEval.jsonl.gz not found'
    if (missing) return void process.stdout.write(`\nSKIP humaneval, published rows in ${sandbox.name}: ${missing}\n`)
    await gradePublished(sandbox, step)
  })

test.run()
