import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Trace } from '@whetstone/core'
import { methods } from './methods.ts'
import { dpo, stageOf } from './r3.ts'
import { distinctPerTask, groupRows, pairRows, sftRow } from './rows.ts'

const test = suite('rows')

const trace = (task: string, answers: string[], passed: boolean, reward = Number(passed)): Trace =>
  ({
    task,
    messages: [
      { role: 'user', content: `${task}?` },
      ...answers.flatMap((content, i) => [...(i ? [{ role: 'user', content: 'again' }] : []), { role: 'assistant', content }]),
    ],
    grade: { reward, passed, parts: {}, reason: '', feedback: '' },
    calls: [
      {
        answer: true,
        ids: [answers.length, reward],
        forced: [
          [1, 4],
          [5, 6],
        ],
        logprobs: [-0.5, -1, -2, -3],
      },
    ],
  }) as unknown as Trace

test('a rewritten answer is learned as if it had been given at once', () => {
  assert.equal(sftRow(trace('a', ['no', 'yes'], true)), {
    messages: [
      { role: 'user', content: 'a?' },
      { role: 'assistant', content: 'yes' },
    ],
  })
})

test('pairs: right against wrong of a task, and a rewrite against what it mended; never two right ones', () => {
  const pairs = pairRows(
    [
      trace('a', ['x'], true),
      trace('a', ['y'], false),
      trace('b', ['z'], true),
      trace('c', ['bad', 'good'], true),
      trace('d', ['q'], false),
    ],
    2,
  )
  assert.equal(
    pairs.map((pair) => {
      const { prompt, chosen, rejected } = pair as Record<string, { content: string }[]>
      return [prompt, chosen, rejected].map((turns) => turns?.[0]?.content)
    }),
    [
      ['a?', 'x', 'y'],
      ['c?', 'good', 'bad'],
    ],
  )
})

test('groups with equal rewards teach nothing', () => {
  const rows = groupRows([trace('a', ['x'], true), trace('a', ['y'], false, 0.4), trace('b', ['z'], true), trace('b', ['z'], true)])
  assert.equal(rows, [
    {
      messages: [{ role: 'user', content: 'a?' }],
      completions: [
        { ids: [1, 1], forced: [[1, 2]], logprobs: [-0.5, -1], reward: 1 },
        { ids: [1, 0.4], forced: [[1, 2]], logprobs: [-0.5, -1], reward: 0.4 },
      ],
    },
  ])
})

test('a task gives so many different answers', () => {
  const traces = ['x', 'x', 'y', 'z'].map((answer) => trace('a', [answer], true))
  assert.equal(
    distinctPerTask([...traces, trace('b', ['x'], true)], 2).map(({ messages }) => messages.at(-1)?.content),
    ['x', 'y', 'x'],
  )
})

test('methods learn from what they say, and start where they say', () => {
  const [base, last] = [{ id: 'base' }, { id: 'last' }] as unknown as [never, never]
  const old = [trace('o', ['old'], true)]
  const fresh = [
    trace('a', ['x'], true),
    trace('a', ['x'], true),
    trace('a', ['y'], false, 0.2),
    trace('b', ['n'], false, 0),
    trace('c', ['c'], true),
  ]
  const of = (name: string) => methods[name]!.learn({ fresh, all: [...old, ...fresh], base, last })
  const rows = (name: string) => of(name).stages.map((stage) => `${stage.method} ${stage.rows.length}`)
  assert.equal(rows('rft'), ['sft 3'])
  assert.equal(rows('star'), ['sft 3'])
  assert.equal(rows('rest-em'), ['sft 2'])
  assert.equal(rows('iterative-dpo'), ['dpo 2', 'sft 1'])
  assert.equal(rows('expert-iteration'), ['sft 3'])
  assert.equal(rows('self-consistency'), ['sft 3'], 'two of three agree on a; b and c stand alone')
  assert.equal(rows('grpo'), ['grpo 1'])
  const from = Object.fromEntries(Object.keys(methods).map((name) => [name, of(name).from.id]))
  assert.equal(from, {
    rft: 'base',
    star: 'base',
    'rest-em': 'base',
    'iterative-dpo': 'last',
    'expert-iteration': 'last',
    'self-consistency': 'last',
    grpo: 'last',
  })
})

test('a DPO stage of fewer pairs than it asks for is left out: what stands beside them would be all that it learns', () => {
  const taught = (pairs: number) => ({
    traces: Array.from({ length: pairs }, (_, i) => trace(`t${i}`, ['bad', 'good'], true)),
    ...{ kept: [], tasks: new Map() },
  })
  const rowsOf = (pairs: number) =>
    stageOf(dpo({ least: 3 }) as Parameters<typeof stageOf>[0], taught(pairs), [], [trace('solved', ['right'], true)]).rows.length
  assert.equal([rowsOf(2), rowsOf(3)], [0, 4])
})

test.run()
