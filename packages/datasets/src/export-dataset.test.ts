import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Dataset, readJson } from '@whetstone/core'
import { exportDataset } from './export-dataset.ts'
import messages from './formats/messages.ts'
import preference from './formats/preference.ts'

const test = suite('exportDataset')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-dataset-'))
const example = (id: string, level: number, more: object = {}) => ({
  row: {
    messages: [
      { role: 'user' as const, content: '1+1=' },
      { role: 'assistant' as const, content: '2' },
    ],
    weight: 1,
    trace: id,
    ...more,
  },
  trace: { id, taskset: 'sums', level },
})
const pairs = [
  {
    prompt: [{ role: 'user' as const, content: 'q' }],
    chosen: [{ role: 'assistant' as const, content: 'a' }],
    rejected: [{ role: 'assistant' as const, content: 'b' }],
    weight: 1,
    traces: { chosen: 'x', rejected: 'y' },
  },
]
const formats = [messages(), preference()]
const request = {
  run: 'r',
  round: 1,
  examples: [example('a', 2), example('b', 3)],
  pairs,
  formats,
  createdAt: '2026-11-21T00:00:00Z',
}

test('rows and card are written; equal rows have equal ids', async () => {
  const card = await exportDataset({ ...request, folder: join(folder, 'one') })
  assert.equal(readJson(join(folder, 'one/card.json'), Dataset), card)
  assert.equal(card.counts, { examples: 2, pairs: 1, traces: 2 })
  assert.equal(card.composition, { 'sums 2': 1, 'sums 3': 1 })
  assert.is(readFileSync(join(folder, 'one/sft.jsonl'), 'utf8').trim().split('\n').length, 2)
  assert.is((await exportDataset({ ...request, folder: join(folder, 'two') })).id, card.id)
  assert.is.not((await exportDataset({ ...request, folder: join(folder, 'three'), examples: [example('a', 2)] })).id, card.id)
})

for (const [name, more, message] of [
  ['a row without provenance', { examples: [example('a', 2, { trace: 'lost' })] }, /trace lost.*provenance/],
  ['an empty weight', { examples: [example('a', 2, { weight: 0 })] }, /example 1 of r round 1: weight/],
  ['a malformed pair', { pairs: [{ ...pairs[0], chosen: 'text' }] }, /pair 1 of r round 1: chosen/],
] as const) {
  test(`${name} is refused, and nothing is left`, async () => {
    const into = join(folder, name)
    let said = ''
    await exportDataset({ ...request, ...(more as object), folder: into }).catch((error: Error) => (said = error.message))
    assert.match(said, message)
    assert.not.ok(existsSync(into))
  })
}

test.after(() => rmSync(folder, { recursive: true }))
test.run()
