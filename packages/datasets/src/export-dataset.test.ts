import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Dataset, readJson } from '@whetstone/core'
import { exportDataset } from './export-dataset.ts'
import distill from './formats/distill.ts'
import llamaTrain from './formats/llama-train.ts'
import llamaTrainPairs from './formats/llama-train-pairs.ts'
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

test("the native trainer's rows are ids where they are known, under the prompt as rendered or rendered again, else messages", async () => {
  const known = { ids: [7, 2], vocabulary: 'v', templateArguments: { enable_thinking: false } }
  await exportDataset({
    ...request,
    folder: join(folder, 'own'),
    examples: [
      example('a', 2, { ...known, origin: 'own', promptText: '<s>1+1=', forced: [[0, 1]] }),
      example('b', 3, { ...known, origin: 'reprompted', remembered: '<s>k=a;1+1=' }),
      example('c', 3, { templateArguments: { enable_thinking: false } }),
    ],
    pairs: [
      { ...pairs[0]!, origin: 'own' as const, promptText: '<s>q', ids: { chosen: [1, 2], rejected: [3, 2] } },
      { ...pairs[0]!, ids: { chosen: [1, 2], rejected: null } },
    ],
    formats: [llamaTrain(), llamaTrainPairs(), distill()],
  })
  const rows = (file: string) =>
    readFileSync(join(folder, 'own', file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
  const [user, assistant] = example('a', 2).row.messages
  const told = { template_args: { enable_thinking: false }, weight: 1 }
  assert.equal(rows('llama-train.jsonl'), [
    { prompt: '<s>1+1=', completion_ids: [7, 2], forced: [[0, 1]], weight: 1, trace: 'a' },
    { prompt: [user], completion_ids: [7, 2], ...told, trace: 'b' },
    { messages: [user, assistant], ...told, trace: 'c' },
  ])
  assert.equal(
    rows('distill.jsonl'),
    [
      { prompt: '<s>1+1=', teacher_prompt: '<s>1+1=', completion_ids: [7, 2], forced: [[0, 1]], weight: 1, trace: 'a' },
      { prompt: [user], teacher_prompt: '<s>k=a;1+1=', completion_ids: [7, 2], ...told, trace: 'b' },
      { prompt: [user], teacher_prompt: [user], completion: '2', ...told, trace: 'c' },
    ],
    'a teacher reads the memory where the row lacks it',
  )
  const { prompt, chosen, rejected, traces } = pairs[0]!
  assert.equal(rows('llama-train-pairs.jsonl'), [
    { prompt: '<s>q', chosen_ids: [1, 2], rejected_ids: [3, 2], weight: 1, traces },
    { prompt, chosen, rejected, weight: 1, traces },
  ])
})

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
