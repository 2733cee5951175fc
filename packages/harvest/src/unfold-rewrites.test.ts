import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Message, Trace } from '@whetstone/core'
import { toPairs } from './to-pairs.ts'
import { unfoldRewrites } from './unfold-rewrites.ts'

const test = suite('unfoldRewrites')
const turns = (...texts: string[]): Message[] => [
  { role: 'system', content: 's' },
  ...texts.map((content, i): Message => ({ role: i % 2 ? 'assistant' : 'user', content })),
]
const trace = (messages: Message[], more: Partial<Trace> = {}): Trace => ({
  id: 'trace-1',
  run: 'r',
  round: 1,
  task: 't',
  taskset: 'x',
  split: 'train',
  level: 1,
  cluster: 't',
  policy: { model: 'm', bank: null },
  solver: 'reflect-rewrite-3',
  sample: 0,
  seed: 1,
  memories: { shown: [], withheld: [] },
  messages,
  grade: { reward: 1, passed: true, parts: {}, reason: 'correct', feedback: '' },
  tokens: { prompt: 1, completion: 1 },
  seconds: 1,
  finish: 'stop',
  truncated: false,
  ...more,
})
const plain = (traces: Trace[]) => traces.map(({ messages, grade }) => [messages.map(({ content }) => content).join('|'), grade.passed])

test('one answer stays as it is', () => assert.equal(unfoldRewrites([trace(turns('q', 'a'))]), [trace(turns('q', 'a'))]))
test('a rewritten answer gives the failed one and the last', () =>
  assert.equal(plain(unfoldRewrites([trace(turns('q', 'wrong', 'no', 'still wrong', 'no', 'right'))])), [
    ['s|q|wrong', false],
    ['s|q|right', true],
  ]))
test('and so a preference pair that leads to its trace', () =>
  assert.equal(toPairs(unfoldRewrites([trace(turns('q', 'wrong', 'no', 'right'))]), { perTask: 1 }), [
    {
      prompt: turns('q'),
      chosen: [{ role: 'assistant', content: 'right' }],
      rejected: [{ role: 'assistant', content: 'wrong' }],
      weight: 1,
      traces: { chosen: 'trace-1', rejected: 'trace-1' },
    },
  ]))
test('an answer that was not called wrong is not given as failed', () => {
  assert.equal(plain(unfoldRewrites([trace(turns('q', 'a', 'sum up', 'b'), { solver: 'summarize' })])), [['s|q|b', true]])
  assert.equal(plain(unfoldRewrites([trace(turns('q', 'a', 'look again', 'b'), { split: 'validation' })])), [['s|q|b', true]])
})

test.run()
