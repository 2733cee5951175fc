import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, root, type Split } from '@whetstone/core'
import { provesItself } from '../contract.ts'
import math, { mathSubjects, type MathSubject } from './math.ts'

const folder = mkdtempSync(join(tmpdir(), 'math-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
/** Rows of our own in the published form, with answers of many kinds. */
const answers = (i: number) => [
  `${i}`,
  `\\frac{${i}}{${i + 1}}`,
  `(${i},-1)`,
  `x^2+${i}`,
  `\\text{day ${i}}`,
  `[${i},\\infty)`,
  `-${i},${i + 2}`,
  `${i}\\sqrt{3}`,
]
const row = (i: number, kind: string) => ({
  problem: `Find the ${kind} of ${i}.`,
  level: `Level ${1 + (i % 5)}`,
  type: mathSubjects[i % 7],
  solution: `It is $y = \\boxed{${answers(i)[i % 8]}}.$`,
})
const write = (name: string, rows: unknown[]) => {
  writeFileSync(join(folder, name), rows.map((item) => `${JSON.stringify(item)}\n`).join(''))
  return join(folder, name)
}
write('train.jsonl', [...Array.from({ length: 400 }, (_, i) => row(i + 2, 'root')), row(2, 'sum')])
write(
  'test.jsonl',
  Array.from({ length: 60 }, (_, i) => row(i + 2, 'sum')),
)

const test = suite('math')
provesItself(test, math({ from: folder }))
provesItself(test, {
  ...math({
    from: write(
      'one.jsonl',
      Array.from({ length: 200 }, (_, i) => row(i + 2, 'product')),
    ),
  }),
  name: 'math',
})

const load = (from: string, split: Split, more: { levels?: number[]; limit?: number; subjects?: MathSubject[] } = {}) =>
  math({ from, subjects: more.subjects }).load({
    split,
    seed: 1,
    round: 1,
    levels: more.levels,
    limit: more.limit,
  })

test('levels and subjects are filters', async () => {
  const tasks = await load(folder, 'test', { levels: [3, 5], subjects: ['Geometry', 'Algebra'] })
  assert.ok(tasks.length > 5)
  for (const task of tasks) assert.ok([3, 5].includes(task.level) && ['Geometry', 'Algebra'].includes(task.metadata['subject'] as string))
  assert.throws(() => math({ subjects: ['Topology' as MathSubject] }), /math: subjects.0 cannot be "Topology": it is one of: Algebra/)
})

test('a problem of the test file is not trained on; a tenth of the train rows is validation', async () => {
  assert.is((await load(folder, 'validation')).length, 40)
  assert.is((await load(folder, 'train')).length, 360)
})

test('equal answers in another form pass', async () => {
  const taskset = math({ from: folder })
  const tasks = await load(folder, 'test')
  const task = tasks.find(({ reference }) => reference.startsWith('x^2+'))!
  assert.is((await taskset.grade(task, `We get $y = ${task.reference.slice(4)} + x^2$.`)).passed, true)
  assert.is((await taskset.grade(task, 'We get \\boxed{x^3}.')).passed, false)
})

test('a gold answer that cannot be read is reported when the taskset loads, and left out', async () => {
  const file = write(
    'hostile.jsonl',
    Array.from({ length: 10 }, (_, i) => ({
      ...row(i + 2, 'limit'),
      solution: i === 4 ? `\\boxed{${'{'.repeat(80)}1${'}'.repeat(80)}}` : '\\boxed{1}',
    })),
  )
  const said: string[] = []
  const original = process.stderr.write
  process.stderr.write = ((line: string) => said.push(line) > 0) as typeof process.stderr.write
  try {
    const all = await Promise.all((['train', 'validation', 'test'] as Split[]).map((split) => load(file, split)))
    assert.is(all.flat().length, 9)
  } finally {
    process.stderr.write = original
  }
  assert.match(said.join(''), /hostile\.jsonl:5: gold answer .* cannot be graded \(nested deeper than 64\)/)
})

const broken: [row: unknown, message: RegExp][] = [
  [{ ...row(1, 'x'), solution: 'It is 5.' }, /broken\.jsonl:1: solution has no \\boxed answer/],
  [{ ...row(1, 'x'), level: 'Level 7' }, /broken\.jsonl:1: level 7 is not one of 1 to 5/],
  [{ level: 'Level 1' }, /broken\.jsonl:1: problem/],
]
for (const [item, message] of broken)
  test(`refused by file and line: ${String(message)}`, async () => {
    const error = await load(write('broken.jsonl', [item]), 'test').then(
      () => null,
      (reason: unknown) => reason,
    )
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
  })

test('an absent folder says how to get the data', async () => {
  assert.match(
    await load(join(folder, 'absent'), 'test').then(
      () => '',
      (error: Error) => error.message,
    ),
    /datasets:pull --dataset=math/,
  )
})

test('all 5000 gold answers of MATH load and grade themselves correct', async () => {
  const real = join(root, '../shared/data')
  if (!existsSync(join(real, 'math_test.jsonl')))
    return void process.stdout.write('\nSKIP math, published rows: ../shared/data/math_test.jsonl not found\n')
  const taskset = math({ from: real })
  const tasks = await taskset.load({ split: 'test', seed: 1, round: 1 })
  assert.is(tasks.length, 5000)
  const grades = await Promise.all(
    tasks.map(
      async (task) =>
        [task, await taskset.grade(task, task.metadata['solution'] as string), await taskset.grade(task, task.reference)] as const,
    ),
  )
  assert.equal(
    grades.filter(([, solution]) => !solution.passed).map(([task]) => task.reference),
    [],
    'by solution',
  )
  assert.equal(
    grades.filter(([, , alone]) => !alone.passed).map(([task]) => task.reference),
    [],
    'by the answer alone',
  )
})

test.run()
