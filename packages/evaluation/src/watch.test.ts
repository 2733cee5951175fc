import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random, type Random, type Vitals } from '@whetstone/core'
import { watch, type Probe } from './watch.ts'

const test = suite('the watch for collapse')
const steady: Vitals = {
  attempts: 640,
  tasks: 160,
  pass1: 0.7,
  passK: 0.9,
  k: 4,
  distinct: 2,
  entropy: 1,
  length: 40,
  repeated: 0.05,
  truncated: 0.01,
  levels: [],
}
/** A probe of five levels with 32 tasks of four attempts; `rates` by level. */
function probe(round: number, rates: readonly number[], next: Random, vitals: Partial<Vitals> = {}): Probe {
  return {
    round,
    vitals: { ...steady, ...vitals },
    levels: rates.map((rate, level) => ({
      taskset: 'addition',
      level,
      outcomes: Array.from({ length: 32 }, (_, i) => ({
        task: `t${i}`,
        cluster: `t${i}`,
        attempts: 4,
        passed: [0, 0, 0, 0].filter(() => next() < rate).length,
      })),
    })),
  }
}
const healthy = [0.99, 0.95, 0.9, 0.6, 0.3]

test('a hundred healthy runs of ten rounds raise no stop', () => {
  const next = random(5)
  let stopped = 0
  for (let run = 0; run < 100; run++) {
    const seen = [probe(0, healthy, next)]
    for (let round = 1; round <= 10; round++) {
      const now = probe(round, healthy, next)
      if (watch(now, seen, { seed: round }).regression !== null) stopped++
      seen.push(now)
    }
  }
  assert.is(stopped, 0)
})

test('a level that falls apart, and a model that gets worse everywhere, are established within one round', () => {
  const next = random(6)
  const seen = [probe(0, healthy, next), probe(1, [0.99, 0.95, 0.95, 0.8, 0.5], next)]
  const level = watch(probe(2, [0.99, 0.95, 0.4, 0.8, 0.5], next), seen, { seed: 1 })
  assert.match(
    level.regression ?? '',
    /^addition level 2 fell from 9\d\.\d% (at the start|after round 1) to [34]\d\.\d% \(-\d\d\.\d points, p = /,
  )
  const all = watch(
    probe(
      2,
      healthy.map((rate) => rate * 0.7),
      next,
    ),
    seen,
    { seed: 1 },
  )
  assert.match(all.regression ?? '', /all levels fell from .* after round 1 to /)
  assert.is(watch(probe(0, healthy, next), [], { seed: 1 }).regression, null, 'a first probe has nothing to fall from')
})

test('a task set that falls is seen though another one rises by as much', () => {
  const next = random(8)
  const sums = (rates: readonly number[]) => probe(0, rates, next).levels
  const of = (taskset: string, rate: number) => sums([rate]).map((level) => ({ ...level, taskset }))
  const start = { ...probe(0, [], next), levels: [...sums([0.95, 0.9, 0.85, 0.8]), ...of('operators', 0.1)] }
  const now = { ...probe(1, [], next), levels: [...sums([0.8, 0.75, 0.7, 0.6]), ...of('operators', 0.95)] }
  assert.match(watch(now, [start], { seed: 1 }).regression ?? '', /all levels of addition fell from 8\d\.\d% at the start to [67]\d\.\d%/)
})

for (const [what, vitals, says] of [
  ['nothing', {}, null],
  ['sharpening', { pass1: 0.75, passK: 0.8 }, /^pass@4 fell from 90\.0% at the start to 80\.0% while pass@1 did not/],
  ['one way of solving', { distinct: 0.9 }, /^distinct right answers a task fell from 2\.0 at the start to 0\.9$/],
  ['certainty', { entropy: 0.4 }, /^entropy fell from 1\.00 nats a token at the start to 0\.40$/],
  ['length', { length: 90 }, /^answers are 2\.3 times as long as at the start$/],
  ['shortness', { length: 10 }, /^answers are 0\.3 times as long/],
  ['loops', { repeated: 0.4 }, /^40\.0% of an answer repeats itself, 5\.0% at the start$/],
  ['cuts', { truncated: 0.2 }, /^20\.0% of the answers are cut off, 1\.0% at the start$/],
] as const)
  test(`warns of ${what}`, () => {
    const next = random(7)
    const { warnings } = watch(probe(1, healthy, next, vitals), [probe(0, healthy, next)], { seed: 1 })
    if (says === null) assert.equal(warnings, [])
    else {
      assert.is(warnings.length, 1)
      assert.match(warnings[0] ?? '', says)
    }
  })

test.run()
