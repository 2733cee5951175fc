import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, root } from '@whetstone/core'
import type { Split } from '@whetstone/core'
import { provesItself } from '../contract.ts'
import gsm8k from './gsm8k.ts'

const folder = mkdtempSync(join(tmpdir(), 'gsm8k-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
/** Rows of our own in the published form. */
const row = (i: number, kind: string) => ({
  question: `Ann has ${i} ${kind}s and buys ${i} more at $3 each. What does she pay?`,
  answer: `She pays ${i}*3 = $<<${i}*3=${i * 3}>>${i * 3}.\n#### ${(i * 3).toLocaleString('en')}`,
})
const write = (name: string, rows: unknown[]) => writeFileSync(join(folder, name), rows.map((item) => `${JSON.stringify(item)}\n`).join(''))
write(
  'train.jsonl',
  Array.from({ length: 400 }, (_, i) => row(i + 1, 'apple')),
)
write(
  'test.jsonl',
  Array.from({ length: 50 }, (_, i) => row(i + 1, 'pear')),
)

const test = suite('gsm8k')
provesItself(test, gsm8k({ from: folder }))

const load = (from: string, split: Split, limit?: number) => gsm8k({ from }).load({ split, seed: 1, round: 1, limit })

test('a part of the data keeps the published proportion of validation rows', async () => {
  assert.is((await load(folder, 'validation')).length, Math.ceil((400 * 750) / 7473))
  assert.is((await load(folder, 'train')).length, 400 - Math.ceil((400 * 750) / 7473))
})

test('the reference is the number, the solution is kept apart', async () => {
  const task = (await load(folder, 'train')).find(({ prompt }) => prompt.startsWith('Ann has 399 '))
  assert.equal([task?.reference, task?.metadata['solution']], ['1,197', 'She pays 399*3 = $<<399*3=1197>>1197.'])
  const taskset = gsm8k({ from: folder })
  for (const [answer, passed] of [
    ['#### 1197', true],
    ['so she pays $1,197.00 in all', true],
    ['The answer is 1198.', false],
    ['1,197 apples cost 5', false],
  ] as const)
    assert.is((await taskset.grade(task!, answer)).passed, passed, answer)
})

test('rows that cannot be used are named by file and line', async () => {
  const broken = mkdtempSync(join(tmpdir(), 'gsm8k-broken-'))
  process.on('exit', () => rmSync(broken, { recursive: true, force: true }))
  const said = async (content: string) => {
    writeFileSync(join(broken, 'test.jsonl'), content)
    const error = await load(broken, 'test').then(
      () => undefined,
      (error: Error) => error,
    )
    assert.instance(error, BadInput)
    return (error as Error).message.replace(broken, '')
  }
  assert.match(await said(`${JSON.stringify(row(1, 'pea'))}\n\n{"question": "a"`), /^\/test\.jsonl:3: not JSON/)
  assert.match(await said('{"question": "a"}\n'), /^\/test\.jsonl:1: answer: /)
  assert.match(await said('{"question": "a", "answer": "no idea"}\n'), /^\/test\.jsonl:1: answer has no number after ####/)
  assert.match(
    await load(join(broken, 'absent'), 'test').then(
      () => '',
      (error: Error) => error.message,
    ),
    /datasets:pull --dataset=gsm8k/,
  )
})

const real = join(root, '../shared/data')
test('the published rows: 6723 train, 750 validation, 1319 test, all gold answers pass', async () => {
  if (!existsSync(join(real, 'gsm8k_train.jsonl')))
    return void process.stdout.write('\nSKIP gsm8k, published rows: ../shared/data/gsm8k_train.jsonl not found\n')
  const taskset = gsm8k({ from: real })
  const [train, validation, tests] = await Promise.all(
    (['train', 'validation', 'test'] as Split[]).map((split) => taskset.load({ split, seed: 1, round: 1 })),
  )
  assert.equal([train?.length, validation?.length, tests?.length], [6723, 750, 1319])
  for (const task of [...train!, ...validation!, ...tests!])
    assert.ok((await taskset.grade(task, `${task.metadata['solution']}\n#### ${task.reference}`)).passed, task.id)
})

test.run()
