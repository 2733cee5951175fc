import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Decision, type Evaluation, type GateRequest } from '@whetstone/core'
import consolidate from './consolidate.ts'

const test = suite('gate consolidate')

/** So many of 10 tasks of each of 64 keys pass. */
function arm(model: Evaluation['model'], memory: boolean, passed: number, { taskset = 'operators', keys = 64 } = {}): Evaluation {
  const outcomes = Array.from({ length: keys * 10 }, (_, i) => ({
    task: `${taskset}-${i}`,
    cluster: `k${Math.floor(i / 10)}`,
    attempts: 1,
    passed: i % 10 < passed ? 1 : 0,
  }))
  const n = outcomes.length
  return { model, memory, split: 'validation', taskset, level: 1, n, passed: passed * keys, passRate: passed / 10, ci: [0, 1], outcomes }
}
const judge = (evaluations: Evaluation[], more: Partial<GateRequest> = {}) =>
  consolidate({ of: 'operators' }).decide({
    ...{ evaluations, references: [], frontier: [], memory: true, bank: null, looks: [], stopped: null, seed: 1 },
    ...more,
  })
const incumbent = [arm('incumbent', false, 2), arm('incumbent', true, 10)]
const kept = [false, true].flatMap((memory) =>
  (['incumbent', 'candidate'] as const).map((model) => arm(model, memory, 10, { taskset: 'addition' })),
)

test('promotes what is better without memory and no worse with the smaller bank', () => {
  const decision = judge([...incumbent, arm('candidate', false, 9), arm('candidate', true, 10), ...kept])
  Decision.parse(decision)
  assert.ok(decision.promoted, decision.reason)
  assert.is(decision.arm, 'candidate vs incumbent, memory off')
  assert.match(decision.reason, /with the smaller bank 100\.0%, the incumbent with the full one 100\.0%/)
})

const refused: [what: string, arms: Evaluation[], says: RegExp][] = [
  ['not better without memory', [arm('candidate', false, 2), arm('candidate', true, 10), ...kept], /^kept: no evidence of improvement/],
  [
    'worse with the smaller bank',
    [arm('candidate', false, 9), arm('candidate', true, 9), ...kept],
    /^kept: better without memory, but with the smaller bank 90\.0%/,
  ],
  [
    'what loses elsewhere with memory',
    [
      arm('candidate', false, 9),
      arm('candidate', true, 10),
      ...kept.filter(({ model, memory }) => model === 'incumbent' || !memory),
      arm('candidate', true, 9, { taskset: 'addition' }),
    ],
    /^kept: better without memory, but with it other levels may have lost/,
  ],
]
for (const [what, arms, says] of refused)
  test(`keeps the incumbent against a candidate that is ${what}`, () => {
    const decision = judge([...incumbent, ...arms])
    assert.not(decision.promoted)
    assert.match(decision.reason, says)
  })

test('without a candidate nothing is promoted', () => {
  assert.not(judge(incumbent).promoted)
})

test.run()
