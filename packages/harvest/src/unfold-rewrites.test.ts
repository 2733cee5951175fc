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
  taskHash: null,
  calls: null,
  messages,
  grade: { reward: 1, passed: true, parts: {}, reason: 'correct', feedback: '' },
  tokens: { prompt: 1, completion: 1 },
  seconds: 1,
  finish: 'stop',
  truncated: false,
  ...more,
})
const unfold = (traces: Trace[]) => Array.fromAsync(unfoldRewrites(traces))
const plain = (traces: Trace[]) => traces.map(({ messages, grade }) => [messages.map(({ content }) => content).join('|'), grade.passed])

const foreign = {
  origin: 'foreign',
  promptText: null,
  templateArguments: null,
  vocabulary: null,
  ids: { chosen: null, rejected: null },
  forced: { chosen: [], rejected: [] },
}

test('one answer stays as it is', async () => assert.equal(await unfold([trace(turns('q', 'a'))]), [trace(turns('q', 'a'))]))
test('a rewritten answer gives the failed one and the last', async () =>
  assert.equal(plain(await unfold([trace(turns('q', 'wrong', 'no', 'still wrong', 'no', 'right'))])), [
    ['s|q|wrong', false],
    ['s|q|right', true],
  ]))
test('and so a preference pair that leads to its trace', async () =>
  assert.equal(
    await Array.fromAsync(toPairs(await unfold([trace(turns('q', 'wrong', 'no', 'right'))]), { perTask: 1, vocabulary: null })),
    [
      {
        prompt: turns('q'),
        chosen: [{ role: 'assistant', content: 'right' }],
        rejected: [{ role: 'assistant', content: 'wrong' }],
        weight: 1,
        traces: { chosen: 'trace-1', rejected: 'trace-1' },
        ...foreign,
      },
    ],
  ))
test('an answer that was not called wrong is not given as failed', async () => {
  assert.equal(plain(await unfold([trace(turns('q', 'a', 'sum up', 'b'), { solver: 'summarize' })])), [['s|q|b', true]])
  assert.equal(plain(await unfold([trace(turns('q', 'a', 'look again', 'b'), { split: 'validation' })])), [['s|q|b', true]])
})

test.run()
