import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Trace } from '@whetstone/core'
import { repeatedShare, takeVitals } from './take-vitals.ts'

const test = suite('vitals')
const trace = (task: string, answer: string, passed: boolean, more: Partial<Trace> = {}) =>
  ({
    task,
    taskset: 'addition',
    level: 3,
    messages: [{ role: 'assistant', content: answer }],
    grade: { passed },
    tokens: { prompt: 1, completion: answer.length },
    truncated: false,
    calls: null,
    ...more,
  }) as Trace
async function* stream(traces: Trace[]) {
  yield* traces
}

test('counts passes, distinct right answers, length, levels and entropy', async () => {
  const calls = [{ logprobs: [-0.5, -1.5] }, { logprobs: null }] as unknown as Trace['calls']
  const vitals = await takeVitals(
    stream([
      trace('a', 'x y', true, { calls }),
      trace('a', 'x  y', true),
      trace('a', 'z', true),
      trace('a', 'no', false),
      trace('b', 'no', false, { truncated: true }),
      trace('b', 'no', false),
      trace('b', 'no', false),
      trace('b', 'yes', true, { level: 3 }),
    ]),
  )
  assert.equal(
    [vitals.attempts, vitals.tasks, vitals.pass1, vitals.k, vitals.passK, vitals.distinct, vitals.truncated, vitals.entropy],
    [8, 2, 0.5, 4, 1, 1.5, 1 / 8, 1],
  )
  assert.equal(vitals.levels, [{ taskset: 'addition', level: 3, n: 2, pass1: 0.5 }])
  const none = await takeVitals(stream([]))
  assert.equal([none.attempts, none.pass1, none.passK, none.entropy], [0, 0, null, null])
})

for (const [name, text, low, high] of [
  ['nothing repeats', 'the quick brown fox jumps over the lazy dog again', 0, 0],
  ['a loop', 'and then we add and then we add and then we add and then we add', 0.5, 1],
  ['a loop of characters', '12345678901234567890123456789012345678901234567890', 0.6, 1],
  ['too short to say', '123', 0, 0],
] as const)
  test(`repeated share: ${name}`, () => {
    const share = repeatedShare(text)
    assert.ok(share >= low && share <= high, String(share))
  })

test.run()
