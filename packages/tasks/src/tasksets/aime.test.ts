import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { provesItself } from '../contract.ts'
import aime from './aime.ts'

const folder = mkdtempSync(join(tmpdir(), 'aime-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, rows: unknown[]) => {
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return join(folder, name)
}
write(
  'aime.jsonl',
  Array.from({ length: 30 }, (_, i) => ({
    problem: `Find the remainder when $${i}!$ is divided by ${i + 7}.`,
    answer: String(i * 7).padStart(3, '0'),
    url: `https://example.org/${2022 + (i % 3)}_AIME_I`,
  })),
)

const test = suite('aime')
provesItself(test, aime({ from: folder }), {}, ['validation', 'test'])

test('years up to 2023 are validation, later ones test, and nothing is for training', async () => {
  const count = async (split: 'train' | 'validation' | 'test') => (await aime({ from: folder }).load({ split, seed: 1, round: 1 })).length
  assert.equal([await count('train'), await count('validation'), await count('test')], [0, 20, 10])
})

test('leading zeros do not matter', async () => {
  const [task] = await aime({ from: write('one.jsonl', [{ problem: 'p', answer: '025', year: 2024 }]) }).load({
    split: 'test',
    seed: 1,
    round: 1,
  })
  const taskset = aime({ from: folder })
  for (const [answer, passed] of [
    ['\\boxed{025}', true],
    ['The answer is 25.', true],
    ['\\boxed{250}', false],
  ] as const)
    assert.is((await taskset.grade(task!, answer)).passed, passed, answer)
})

const broken: [row: unknown, message: RegExp][] = [
  [{ problem: 'p', answer: '1000', year: 2024 }, /broken\.jsonl:1: answer "1000" is not a whole number/],
  [{ problem: 'p', answer: 12 }, /broken\.jsonl:1: neither year nor url/],
  [{ answer: 12 }, /broken\.jsonl:1: problem/],
]
for (const [row, message] of broken)
  test(`${JSON.stringify(row)} is refused by file and line`, async () => {
    const error = await aime({ from: write('broken.jsonl', [row]) })
      .load({ split: 'test', seed: 1, round: 1 })
      .then(
        () => null,
        (reason: unknown) => reason,
      )
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
  })

test.run()
