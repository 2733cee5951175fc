import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { normalCdf, normalQuantile } from './normal.ts'
import { rateInterval } from './rate-interval.ts'
import { studentCdf, studentQuantile } from './student-t.ts'
import { tango } from './tango.ts'
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

test('Tango: airway hyper-responsiveness (Bentur 2009), as in Fagerland, Lydersen & Laake 2014: -0.517 to -0.026', () => {
  const { low, high } = tango(1, 7, 21)
  near(low, -0.517, 6e-4, 'low')
  near(high, -0.026, 6e-4, 'high')
})

// Yang, Sun & Hardin 2013 (Stat. Med. 32:1336) write the ends as roots of a quartic: an independent derivation
for (const [b, c, n] of [
  [1, 7, 21],
  [12, 2, 50],
  [40, 20, 160],
  [9, 3, 32],
  [16, 8, 100],
  [0, 3, 200],
  [5, 5, 300],
] as const)
  test(`Tango's ends for ${b}, ${c}, ${n} solve the quartic`, () => {
    const g = normalQuantile(0.975) ** 2
    const d = b - c
    const quartic = (x: number) =>
      n ** 2 * (n / g + 1) ** 2 * x ** 4 -
      n * d * (n / g + 1) * ((4 * n) / g + 1) * x ** 3 +
      ((2 * n * d ** 2 * ((3 * n) / g + 2)) / g - n ** 2 * ((b + c) / g + 1)) * x ** 2 +
      (n * d * ((2 * (b + c)) / g + 1) - (d ** 3 * ((4 * n) / g + 1)) / g) * x +
      (d ** 2 * (d ** 2 / g - (b + c))) / g
    const scale = n ** 2 * (n / g + 1) ** 2
    const { low, high } = tango(b, c, n)
    near(quartic(low) / scale, 0, 1e-12, 'low end')
    near(quartic(high) / scale, 0, 1e-12, 'high end')
    assert.ok(low < d / n && d / n < high)
  })

test('Tango with zero discordant pairs is z²/(n+z²) wide on both sides, and mirrors', () => {
  for (const n of [1, 10, 88, 750]) {
    const z = normalQuantile(0.975)
    const { low, high } = tango(0, 0, n)
    near(low, -(z * z) / (n + z * z), 1e-12, `low of ${n}`)
    near(high, (z * z) / (n + z * z), 1e-12, `high of ${n}`)
  }
  near(tango(3, 9, 40).low, -tango(9, 3, 40).high, 1e-12, 'mirror')
  assert.ok(
    tango(0, 0, 87, 0.9).low <= -0.03 && tango(0, 0, 88, 0.9).low > -0.03,
    '88 tasks without a loss show non-inferiority at 3 points',
  )
  assert.ok(Math.abs(tango(20, 0, 20).high - 1) < 1e-9, 'all won')
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
