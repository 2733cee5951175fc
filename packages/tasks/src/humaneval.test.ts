import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, root } from '@whetstone/core'
import { bubblewrap } from '@whetstone/grading'
import { provesItself } from './contract.ts'
import { humaneval } from './humaneval.ts'

const folder = mkdtempSync(join(tmpdir(), 'humaneval-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
/** Rows of our own in the published form; the second's tests use a helper of the prompt's. */
const rows = [
  { task_id: 'HumanEval/0', entry_point: 'double', prompt: 'from typing import List\n\n\ndef double(numbers: List[int]) -> List[int]:\n    """Doubles each number."""\n', canonical_solution: '    return [2 * number for number in numbers]\n', test: 'def check(candidate):\n    assert candidate([1, 2]) == [2, 4]\n    assert candidate([]) == []\n' },
  { task_id: 'HumanEval/1', entry_point: 'decode', prompt: 'def encode(text: str):\n    """Shifts by one."""\n    return "".join(chr(ord(letter) + 1) for letter in text)\n\n\ndef decode(text: str):\n    """Undoes encode."""\n', canonical_solution: '    return "".join(chr(ord(letter) - 1) for letter in text)\n', test: 'def check(candidate):\n    for word in ["a", "hello"]:\n        assert candidate(encode(word)) == word\n' },
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
    const error = await humaneval({ from: write('broken.jsonl', items) }).load({ split: 'test', seed: 1, round: 1 }).catch((reason: unknown) => reason)
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
  })

test('an absent folder says how to get the data, a damaged file too', async () => {
  const load = (from: string) => humaneval({ from }).load({ split: 'test', seed: 1, round: 1 }).then(() => '', (error: Error) => error.message)
  assert.match(await load(join(folder, 'absent')), /datasets:pull --dataset=humaneval/)
  writeFileSync(join(folder, 'damaged.gz'), 'no gzip')
  assert.match(await load(join(folder, 'damaged.gz')), /cannot be unpacked .*fetch it again/)
})

test('the published set: 164 of 164 canonical solutions pass, 0 of 164 "return None"', async () => {
  const file = join(root, '../shared/data/HumanEval.jsonl.gz')
  if (!existsSync(file)) return void process.stdout.write('\nSKIP humaneval, published rows: ../shared/data/HumanEval.jsonl.gz not found\n')
  const missing = await bubblewrap.missing()
  if (missing) return void process.stdout.write(`\nSKIP humaneval, all 164 in bubblewrap: ${missing}\n`)
  const published = humaneval({ from: file })
  const tasks = await published.load({ split: 'test', seed: 1, round: 1 })
  assert.is(tasks.length, 164)
  const canonical = await Promise.all(tasks.map(async (task) => ({ id: task.id, ...(await published.grade(task, task.reference)) })))
  assert.equal(canonical.filter(({ passed }) => !passed).map(({ id, reason }) => `${id}: ${reason}`), [])
  const nothing = await Promise.all(tasks.map(async (task) => ({ id: task.id, ...(await published.grade(task, '    return None\n')) })))
  assert.equal(nothing.filter(({ passed }) => passed).map(({ id }) => id), [])
})

test.run()
