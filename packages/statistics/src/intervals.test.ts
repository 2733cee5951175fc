import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { normalCdf, normalQuantile } from './normal.ts'
import { rateInterval } from './rate-interval.ts'
import { studentCdf, studentQuantile } from './student-t.ts'
import { wilson } from './wilson.ts'

const test = suite('intervals')
const near = (got: number, want: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(got - want) <= tolerance, `${what}: ${got}, published ${want}`)

// Newcombe 1998, Stat. Med. 17:857, table I, method 3
for (const [passed, n, low, high] of [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
] as const)
  test(`Wilson ${passed}/${n}`, () => {
    const interval = wilson(passed, n)
    near(interval.low, low, 6e-5, 'low')
    near(interval.high, high, 6e-5, 'high')
  })

test('Wilson of nothing is everything, and refuses no rate', () => {
  assert.equal(wilson(0, 0), { low: 0, high: 1 })
  assert.throws(() => wilson(3, 2), /3 of 2 is no rate/)
})

test('normal and Student quantiles are the tables’', () => {
  near(normalQuantile(0.975), 1.959963984540054, 1e-12, 'z .975')
  near(normalQuantile(0.0005), -3.290526731491926, 1e-11, 'z .0005')
  near(normalCdf(-5), 2.8665157187919333e-7, 1e-19, 'P(Z < -5)')
  near(normalCdf(3 - 1e-9), normalCdf(3 + 1e-9), 1e-10, 'the two series meet')
  for (const [df, t] of [
    [1, 12.7062],
    [2, 4.3027],
    [5, 2.5706],
    [10, 2.2281],
    [30, 2.0423],
    [63, 1.9983],
    [749, 1.9631],
  ] as const)
    near(studentQuantile(0.975, df), t, 6e-5, `t .975 with ${df}`)
  near(studentCdf(1.5, 7), 0.911350756505015, 1e-12, 'P(T7 < 1.5), scipy')
  assert.throws(() => normalQuantile(1), /between 0 and 1/)
  assert.throws(() => studentQuantile(0, 3), /between 0 and 1/)
})

test('rateInterval is Wilson’s for single attempts, wider for clusters that move together, and narrower for repeated attempts', () => {
  const outcomes = (attempts: number, cluster: (i: number) => string, passed: (i: number) => number) =>
    Array.from({ length: 64 }, (_, i) => ({ task: `t${i}`, cluster: cluster(i), attempts, passed: passed(i) }))
  const single = rateInterval(
    outcomes(
      1,
      (i) => `t${i}`,
      (i) => i % 2,
    ),
  )
  assert.equal([single.n, single.passed, single.rate], [64, 32, 0.5])
  near(single.low, wilson(32, 64).low, 1e-12, 'low')
  const clustered = rateInterval(
    outcomes(
      1,
      (i) => `c${i >> 3}`,
      (i) => (i >> 3) % 2,
    ),
  )
  assert.ok(clustered.high - clustered.low > 2.5 * (single.high - single.low), 'eight clusters of eight that rise and fall whole')
  const repeated = rateInterval(
    outcomes(
      8,
      (i) => `t${i}`,
      (i) => 3 + (i % 3),
    ),
  )
  assert.ok(repeated.high - repeated.low < 0.6 * (single.high - single.low), 'eight attempts a task, all near a half')
  const perfect = rateInterval(
    outcomes(
      1,
      (i) => `c${i >> 3}`,
      () => 1,
    ),
  )
  assert.ok(perfect.high === 1 && perfect.low < 0.95)
  assert.equal(rateInterval([]), { n: 0, passed: 0, rate: 0, low: 0, high: 1 })
})

test.run()
