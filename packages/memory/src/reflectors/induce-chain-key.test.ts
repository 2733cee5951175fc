import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Trace } from '@whetstone/core'
import induceChainKey from './induce-chain-key.ts'

const test = suite('induce-chain-key')

const trace = (prompt: string, answer: string, passed = true, taskset = 'chains-keys') =>
  ({
    id: `trace-${prompt}`,
    task: `task-${prompt}`,
    taskset,
    messages: [
      { role: 'system', content: 'ab=-;' },
      { role: 'user', content: prompt },
      { role: 'assistant', content: answer },
    ],
    grade: { passed },
  }) as unknown as Trace
const lines = async (...traces: Trace[]) =>
  (await induceChainKey().reflect(traces, { createdAt: '', seed: 1, open: () => assert.unreachable() as never })).map(
    ({ content, title }) => [title, content],
  )

test('the sign is read in the place of the key', async () => {
  assert.equal(
    await lines(trace('3kx5*2?', '3+5=1;1*2=2;#2'), trace('3*5-2ab4?', '3*5=1;1-2=6;6-4=2;#2'), trace('3kx5*2-1?', '3+5=1;1*2=2;2-1=1;#1')),
    [
      ['kx', 'kx=+;'],
      ['ab', 'ab=-;'],
    ],
  )
})

test('nothing is learned from failures, other tasksets, prompts without a key, traces without steps', async () => {
  assert.equal(
    await lines(
      trace('3kx5?', '3-5=5;#5', false),
      trace('3kx5?', '3+5=1;#1', true, 'chains'),
      trace('3+5?', '3+5=1;#1'),
      trace('3kx5?', '#1'),
    ),
    [],
  )
})

test.run()
