// The compiled schema and the schema itself agree on records as they are written, on records with anything changed in them, and on what they say.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { z } from 'zod'
import { compiled } from './compiled.ts'
import { Dataset, Example, Pair } from './example.ts'
import { random } from './seed.ts'
import { Trace } from './trace.ts'

const test = suite('compiled')
const message = (role: string, content: string) => ({ role, content })
const call = {
  ...{ role: 'solver', model: 'm', by: null, messages: [message('user', '2+2=')], text: '4', reasoning: 'so', promptText: '<2+2=>' },
  ...{ templateArguments: { a: [1, { b: null }] }, vocabulary: 'v', where: 'here', ids: [1, 2, 3], forced: [[0, 1]], logprobs: [-0.5, -1] },
  ...{ answer: true, grade: { reward: 1, passed: true }, trains: true, seed: 1, finish: 'stop' },
  ...{ tokens: { prompt: 1, completion: 2 }, seconds: 0.5 },
}
const records: [name: string, schema: z.ZodType, record: object][] = [
  [
    'trace',
    Trace,
    {
      ...{ id: 'trace-1', run: 'r', round: 1, task: 't', taskHash: null, taskset: 's', split: 'train', level: 1, cluster: 'c' },
      ...{ policy: { model: 'm', bank: null }, solver: 'direct', sample: 0, seed: 1, memories: { shown: ['memory-1'], withheld: [] } },
      ...{ calls: [call], messages: [message('user', '2+2='), message('assistant', '4')] },
      grade: { reward: 0.5, passed: false, undecided: true, parts: { steps: 0.5 }, reason: 'r', feedback: '' },
      ...{ tokens: { prompt: 1, completion: 2 }, seconds: 0, finish: 'stop', truncated: false, taught: { prompt: 1, completion: 0 } },
      ...{ stopped: 'budget', hinted: false, dropped: { leaks: 0, rewrites: 1 } },
    },
  ],
  [
    'example',
    Example,
    {
      ...{ messages: [message('user', 'q'), message('assistant', 'a')], weight: 0.5, trace: 'trace-1', origin: 'own', promptText: 'q' },
      ...{ templateArguments: null, vocabulary: 'v', ids: [1], forced: [[0, 1]], remembered: null },
    },
  ],
  [
    'pair',
    Pair,
    {
      ...{ prompt: [message('user', 'q')], chosen: [message('assistant', 'a')], rejected: [message('assistant', 'b')], weight: 1 },
      ...{ traces: { chosen: 'trace-1', rejected: 'trace-2' }, origin: 'foreign', promptText: null, templateArguments: null },
      ...{ vocabulary: null, ids: { chosen: [1], rejected: null }, forced: { chosen: [], rejected: [[0, 1]] } },
    },
  ],
  [
    'dataset',
    Dataset,
    {
      ...{ id: 'dataset-1', run: 'r', round: 1, files: { messages: 'sft.jsonl' }, folder: 'datasets/r' },
      ...{ counts: { examples: 1, pairs: 0, traces: 1 }, composition: { 's 1': 1 }, hash: 'h', createdAt: '' },
    },
  ],
]
const oddities = [undefined, null, 0, -1, 1.5, 1e21, '', 'x', '4', true, [], {}, [1], [null], { a: 1 }, [[0, 1]], 'assistant', 'stop']

/** A copy with some members put out, put in, replaced or put in another order, at any depth. */
function changed(value: unknown, next: () => number): unknown {
  if (next() < 0.015) return oddities[Math.floor(next() * oddities.length)]
  if (Array.isArray(value)) return value.flatMap((item) => (next() < 0.02 ? [] : [changed(item, next)]))
  if (value === null || typeof value !== 'object') return value
  let members = Object.entries(value).flatMap(([name, member]) => (next() < 0.02 ? [] : [[name, changed(member, next)] as const]))
  if (next() < 0.05) members = [...members, ['extra', 1]]
  if (next() < 0.05) members = members.toReversed()
  return Object.fromEntries(members)
}

for (const [name, schema, record] of records)
  test(`${name}: 3,000 records, right and wrong ones, come out the same to the byte`, () => {
    const next = random(11)
    const outcomes = { right: 0, wrong: 0 }
    for (let turn = 0; turn < 3000; turn++) {
      const given = turn === 0 ? record : changed(record, next)
      const [plain, fast] = [schema.safeParse(given), compiled(schema).safeParse(given)]
      outcomes[plain.success ? 'right' : 'wrong']++
      const said = (parsed: typeof plain) => (parsed.success ? JSON.stringify(parsed.data) : JSON.stringify(parsed.error.issues))
      assert.is(said(fast), said(plain), JSON.stringify(given))
    }
    assert.ok(outcomes.right > 200 && outcomes.wrong > 200, JSON.stringify(outcomes))
    assert.is.not(compiled(schema), schema)
  })

test.run()
