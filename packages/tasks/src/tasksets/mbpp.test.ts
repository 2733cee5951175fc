import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, root } from '@whetstone/core'
import { bubblewrap } from '@whetstone/grading'
import { provesItself } from '../contract.ts'
import mbpp from './mbpp.ts'

const folder = mkdtempSync(join(tmpdir(), 'mbpp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
/** A row of our own in the published form. */
const row = (task_id: number) => ({
  text: `Write a function to add ${task_id} to a number.`,
  code: `def add_${task_id}(x):\r\n    return x + ${task_id}`,
  task_id,
  test_setup_code: '',
  test_list: [`assert add_${task_id}(0) == ${task_id}`, `assert add_${task_id}(5) == ${task_id + 5}`],
  challenge_test_list: [],
})
const tree = {
  ...row(700),
  text: 'Write a function to sum a tree.',
  code: 'class Node:\r\n    def __init__(self, value):\r\n        self.value = value\r\n        self.left = None\r\ndef tree_sum(node):\r\n    return node.value + tree_sum(node.left) if node else 0',
  test_setup_code: 'root = Node(1)\r\nroot.left = Node(2)',
  test_list: [
    'assert tree_sum(root) == 3',
    'assert tree_sum(root.left) == 2',
    'assert tree_sum(Node(4)) == 4',
    'assert tree_sum(None) == 0',
  ],
}
const write = (name: string, items: readonly unknown[]) => {
  writeFileSync(join(folder, name), items.map((item) => `${JSON.stringify(item)}\n`).join(''))
  return join(folder, name)
}
const file = write('some.jsonl', [row(3), row(11), row(510), row(511), row(600), row(601), tree])

const test = suite('mbpp')
const taskset = mbpp({ from: file })
provesItself(test, taskset)

const load = (from: string, split: 'train' | 'validation' | 'test') => mbpp({ from }).load({ split, seed: 1, round: 1 })

test("the split is the paper's, from one file or from three", async () => {
  const ids = async (from: string) =>
    Promise.all((['train', 'validation', 'test'] as const).map(async (split) => (await load(from, split)).map(({ id }) => id).sort()))
  const expected = [
    ['mbpp-601', 'mbpp-700'],
    ['mbpp-511', 'mbpp-600'],
    ['mbpp-11', 'mbpp-510'],
  ]
  assert.equal(await ids(file), expected)
  write('train.jsonl', [row(601), tree])
  write('validation.jsonl', [row(511), row(600)])
  write('test.jsonl', [row(11), row(510)])
  assert.equal(await ids(folder), expected)
})

test('the prompt shows the first test and hides the others', async () => {
  const [task] = await load(file, 'test')
  assert.match(task!.prompt, 'assert add_11(0) == 11')
  assert.not.match(task!.prompt, 'add_11(5)')
  const repeated = await taskset.grade(task!, '```python\ndef add_11(x):\n    return 11\n```')
  assert.equal([repeated.passed, repeated.reward, repeated.parts['tests']], [false, 0, 0.5])
})

test('tests may use what the program must define besides: classes, trees', async () => {
  const task = (await load(file, 'train')).find(({ id }) => id === 'mbpp-700')!
  assert.equal(task.metadata['names'], ['tree_sum', 'Node'])
  assert.is((await taskset.grade(task, tree.code.replace('+ tree_sum', '- tree_sum'))).passed, false)
})

const broken: [items: unknown[], message: RegExp][] = [
  [[{ ...row(20), code: 'x = 1' }], /broken\.jsonl:1: test_list uses nothing that code defines/],
  [[row(20), { ...row(21), test_list: [] }], /broken\.jsonl:2: test_list/],
  [[row(20), row(20)], /broken\.jsonl:2: task_id 20 stands twice/],
]
for (const [items, message] of broken)
  test(`refused by file and line: ${String(message)}`, async () => {
    const error = await load(write('broken.jsonl', items), 'test').catch((reason: unknown) => reason)
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
  })

test('an absent folder says how to get the data', async () => {
  assert.match(
    await load(join(folder, 'absent'), 'test').then(
      () => '',
      (error: Error) => error.message,
    ),
    /datasets:pull --dataset=mbpp/,
  )
})

test('the published rows: every tenth reference passes', async () => {
  const real = join(root, '../shared/data/mbpp.jsonl')
  if (!existsSync(real)) return void process.stdout.write('\nSKIP mbpp, published rows: ../shared/data/mbpp.jsonl not found\n')
  const missing = await bubblewrap.missing()
  if (missing) return void process.stdout.write(`\nSKIP mbpp, published rows in bubblewrap: ${missing}\n`)
  const published = mbpp({ from: real })
  const tasks = (
    await Promise.all((['train', 'validation', 'test'] as const).map((split) => published.load({ split, seed: 1, round: 1 })))
  ).flat()
  assert.is(tasks.length, 964)
  const grades = await Promise.all(
    tasks.filter((_, i) => i % 10 === 0).map(async (task) => ({ id: task.id, ...(await published.grade(task, task.reference)) })),
  )
  assert.equal(
    grades.filter(({ passed }) => !passed).map(({ id, reason }) => `${id}: ${reason}`),
    [],
  )
})

test.run()
