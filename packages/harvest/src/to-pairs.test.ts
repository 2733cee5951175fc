import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Trace } from '@whetstone/core'
import { scriptedTrace } from './scripted-trace.ts'
import { Pairing, toPairs } from './to-pairs.ts'

const test = suite('toPairs by')
const trace = (answer: string, reward: number, more: Partial<Trace> = {}): Trace => ({
  ...scriptedTrace({ answer }),
  grade: { reward, passed: reward === 1, parts: {}, reason: '', feedback: '' },
  ...more,
})
const group = [trace('a;b;c', 1), trace('x', 0), trace('a;b;d', 0.6), trace('a;x', 0.3), trace('long long long long', 0)]
const pairs = async (given: Partial<Pairing>, traces: Trace[] = group, perTask = 9) =>
  (await Array.fromAsync(toPairs(traces, { perTask, vocabulary: null, pairing: Pairing.parse(given) }))).map(
    ({ chosen, rejected }) => `${chosen[0]?.content} > ${rejected[0]?.content}`,
  )

for (const [given, wanted] of [
  [{}, ['a;b;c > x']],
  [{ by: 'near-miss' }, ['a;b;c > a;b;d']],
  [{ by: 'near-miss', margin: 0.5 }, ['a;b;c > a;x']],
  [{ by: 'step' }, ['a;b;c > a;b;d']],
  [{ by: 'best-worst' }, ['a;b;c > long long long long', 'a;b;d > x']],
  [{ by: 'best-worst', margin: 0.7 }, ['a;b;c > long long long long']],
  [{ by: 'best-worst', lengthRatio: 2 }, ['a;b;c > a;x']],
  [{ by: 'passed', lengthRatio: 1.5 }, ['a;b;c > a;b;d']],
  [{ by: 'rewrite' }, []],
] as [Partial<Pairing>, string[]][])
  test(JSON.stringify(given), async () => assert.equal((await pairs(given)).slice(0, wanted.length), wanted))

test('a rewrite goes with what it was before, only where it is better', async () => {
  const versions = (before: number, after: number) => [
    trace('was', before, { id: 'one' }),
    trace('became', after, { id: 'one' }),
    trace('other', 0),
  ]
  assert.equal(await pairs({ by: 'rewrite' }, versions(0, 1)), ['became > was'])
  assert.equal(await pairs({ by: 'rewrite' }, versions(1, 1)), [])
})

test('equal answers are no pair, and no answer is in two', async () => {
  assert.equal(await pairs({ by: 'best-worst' }, [trace('same', 1), trace('same', 0)]), [])
  const many = Array.from({ length: 6 }, (_, i) => trace(`answer ${i}`, i / 5))
  const made = await pairs({ by: 'best-worst' }, many)
  assert.is(new Set(made.flatMap((pair) => pair.split(' > '))).size, 2 * made.length)
})

test('from a step on: tokens in common get no gradient', async () => {
  const call = (text: string, ids: number[]) =>
    ({
      calls: [
        {
          text,
          ids,
          answer: true,
          vocabulary: 'v',
          promptText: 'p',
          messages: [{ role: 'user', content: '2+2=' }],
          forced: [[0, 1]],
          templateArguments: null,
        },
      ],
    }) as unknown as Partial<Trace>
  const two = [trace('a;b', 1, call('a;b', [1, 2, 3])), trace('a;c', 0, call('a;c', [1, 2, 4]))]
  const [pair] = await Array.fromAsync(toPairs(two, { perTask: 1, vocabulary: 'v', pairing: Pairing.parse({ by: 'step' }) }))
  assert.equal(pair?.forced, { chosen: [[0, 2]], rejected: [[0, 2]] })
  assert.equal([pair?.origin, pair?.ids], ['own', { chosen: [1, 2, 3], rejected: [1, 2, 4] }])
})

test.run()
