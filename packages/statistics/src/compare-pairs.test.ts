import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random, type Random } from '@whetstone/core'
import { binomialProbability } from './binomial.ts'
import { comparePairs } from './compare-pairs.ts'
import { mcnemar } from './mcnemar.ts'
import { mcnemarInterval } from './mcnemar-interval.ts'
import { powerAt } from './minimum-detectable-effect.ts'
import type { Paired } from './paired.ts'
import { pairedTest } from './paired-test.ts'

const test = suite('the paired comparison')
const near = (got: number, want: number, tolerance: number, what = '') =>
  assert.ok(Math.abs(got - want) <= tolerance, `${what} ${got}, wanted ${want}`)

// by 2,000,000 draws of the two beta distributions (numpy), which the integrals here replace
for (const [wins, losses, n, low, high] of [
  [1, 7, 21, -0.5452, 0.0205],
  [12, 2, 50, 0.0362, 0.3552],
  [40, 20, 160, 0.0242, 0.223],
  [0, 3, 200, -0.0433, 0.008],
  [5, 5, 300, -0.0255, 0.0255],
  [60, 10, 400, 0.0824, 0.1674],
] as const)
  test(`melded interval of ${wins} wins, ${losses} losses of ${n}`, () => {
    const interval = mcnemarInterval(wins, losses, n)
    near(interval.low, low, 4e-4, 'low')
    near(interval.high, high, 4e-4, 'high')
  })

test('with nothing discordant the interval is Clopper and Pearson’s for a share never seen, and mirrors', () => {
  for (const n of [10, 88, 1840]) {
    const { low, high } = mcnemarInterval(0, 0, n)
    near(low / -(1 - 0.025 ** (1 / n)), 1, 5e-3, `low of ${n}`)
    assert.is(high, -low)
  }
  assert.is(mcnemarInterval(3, 9, 40).low, -mcnemarInterval(9, 3, 40).high)
  assert.equal(mcnemarInterval(0, 0, 0), { low: -1, high: 1 })
  near(mcnemarInterval(0, 20, 20).low, -1, 1e-9)
  assert.throws(() => mcnemarInterval(3, 3, 5), /3 wins and 3 losses of 5/)
})

test('melded interval: true coverage by enumeration is at least 95% in every world of 30 tasks, and its ends agree with the test', () => {
  const intervals = new Map<string, { low: number; high: number }>()
  for (let wins = 0; wins <= 30; wins++)
    for (let losses = 0; wins + losses <= 30; losses++) {
      const interval = comparePairs(binary(wins, losses, 30), { seed: 1 })
      intervals.set(`${wins} ${losses}`, interval)
      assert.is(mcnemar(wins, losses).twoSided <= 0.05, interval.low > 0 || interval.high < 0, `${wins} ${losses}`)
    }
  for (const win of [0, 0.05, 0.2, 0.5])
    for (const loss of [0.02, 0.1, 0.3]) {
      let covered = 0
      for (let m = 0; m <= 30; m++)
        for (let wins = 0; wins <= m; wins++) {
          const { low, high } = intervals.get(`${wins} ${m - wins}`) as { low: number; high: number }
          if (low <= win - loss && win - loss <= high)
            covered += binomialProbability(m, 30, win + loss) * binomialProbability(wins, m, win / (win + loss))
        }
      assert.ok(covered >= 0.95, `win ${win}, loss ${loss}: ${covered}`)
    }
})

function binary(wins: number, losses: number, n: number): Paired[] {
  return Array.from({ length: n }, (_, i) => ({
    task: `t${i}`,
    cluster: `t${i}`,
    control: i < wins ? 0 : 1,
    treatment: i >= wins && i < wins + losses ? 0 : 1,
    attempts: 1,
  }))
}

type World = (next: Random, effect: number) => Paired[]
const worlds: Record<string, World> = {
  binary: (next, effect) =>
    Array.from({ length: 100 }, (_, i) => {
      const u = next()
      const [win, loss] = [(0.3 + effect) / 2, (0.3 - effect) / 2]
      return { task: `${i}`, cluster: `${i}`, control: u < win ? 0 : 1, treatment: u >= win && u < win + loss ? 0 : 1, attempts: 1 }
    }),
  fractional: (next, effect) =>
    Array.from({ length: 60 }, (_, i) => {
      const skill = next() * (1 - effect)
      const mean = (p: number) => [0, 0, 0, 0].filter(() => next() < p).length / 4
      return { task: `${i}`, cluster: `${i}`, control: mean(skill), treatment: mean(skill + effect), attempts: 4 }
    }),
  clustered: (next, effect) =>
    Array.from({ length: 30 }, (_, c) => {
      const tilt = (next() - 0.5) * 0.6 + effect
      return Array.from({ length: 2 + (c % 5) }, (_, i) => {
        const u = next()
        const [win, loss] = [0.2 + tilt / 2, 0.2 - tilt / 2]
        return { task: `${c}-${i}`, cluster: `${c}`, control: u < win ? 0 : 1, treatment: u >= win && u < win + loss ? 0 : 1, attempts: 1 }
      })
    }).flat(),
}
for (const [name, world] of Object.entries(worlds))
  test(`type I error of the 5% test, ${name}: at most 5.5% of 10,000 simulations`, () => {
    const next = random(17)
    let rejected = 0
    for (let i = 0; i < 10_000; i++) if (pairedTest(world(next, 0), { seed: i }).twoSided <= 0.05) rejected++
    assert.ok(rejected <= 550, `${rejected} of 10,000`)
    assert.ok(rejected >= 200, `${rejected}: the test hardly ever rejects`)
  })

test('power is the exact test’s: simulated within 2 points of the exact power', () => {
  const next = random(23)
  let found = 0
  for (let i = 0; i < 10_000; i++) if (pairedTest((worlds['binary'] as World)(next, 0.15), { seed: i }).greater <= 0.025) found++
  near(found / 10_000, powerAt(0.15, 100, 0.3, 0.025), 0.02)
})

/** Clusters of size m in which a loss (or win) strikes the whole cluster with share `together`, else tasks one by one. */
function strike(
  { clusters, m, win, loss, together }: { clusters: number; m: number; win: number; loss: number; together: number },
  next: Random,
): Paired[] {
  return Array.from({ length: clusters }, (_, c) => {
    const whole = next() < together ? next() : null
    return Array.from({ length: m }, (_, i) => {
      const u = whole ?? next()
      return { task: `${c}-${i}`, cluster: `${c}`, control: u < win ? 0 : 1, treatment: u >= win && u < win + loss ? 0 : 1, attempts: 1 }
    })
  }).flat()
}
// the one-sided 95% bound claims too much in at most about 5% of worlds; 400 worlds: +-2.2% at two standard errors
for (const [name, world, limit] of [
  ['single tasks, only losses', { clusters: 200, m: 1, win: 0, loss: 0.03, together: 0 }, 0.06],
  ['single tasks, churn', { clusters: 200, m: 1, win: 0.1, loss: 0.13, together: 0 }, 0.06],
  ['64 keys, independent tasks', { clusters: 64, m: 8, win: 0.02, loss: 0.05, together: 0 }, 0.06],
  ['64 keys that fall whole one time in five', { clusters: 64, m: 8, win: 0.05, loss: 0.08, together: 0.2 }, 0.065],
  ['30 keys that fall whole half of the time', { clusters: 30, m: 10, win: 0.1, loss: 0.13, together: 0.5 }, 0.065],
] as const)
  test(`error rate of the lower bound: ${name}`, () => {
    const next = random(11)
    let wrong = 0
    for (let i = 0; i < 400; i++) if (comparePairs(strike(world, next), { seed: i, confidence: 0.9 }).low > world.win - world.loss) wrong++
    assert.ok(wrong / 400 <= limit, `${wrong} of 400`)
  })

test('never collapses: with no discordant task it is as wide as the tasks and clusters allow', () => {
  const pairs = strike({ clusters: 64, m: 8, win: 0, loss: 0, together: 0 }, random(1))
  const { low, high, difference } = comparePairs(pairs, { seed: 1, confidence: 0.9 })
  assert.is(difference, 0)
  assert.ok(low < mcnemarInterval(0, 0, 512, 0.05).low && low > mcnemarInterval(0, 0, 64, 0.05).low, `${low} lies between 512 and 64 tasks`)
  assert.is(high, -low)
  assert.is(comparePairs([], { seed: 1 }).low, -1)
  assert.equal(
    [comparePairs(pairs.slice(0, 8), { seed: 1 }).low, comparePairs(pairs.slice(0, 8), { seed: 1 }).high],
    [-1, 1],
    'one cluster',
  )
})

test('few clusters can show nothing, and say so', () => {
  const pairs = strike({ clusters: 5, m: 20, win: 0.5, loss: 0, together: 0 }, random(4))
  const found = comparePairs(pairs, { seed: 1 })
  assert.equal([found.greater, found.minimumDetectableEffect], [1 / 32, 1])
  assert.ok(found.low <= 0)
})

test('several attempts a task: covers, narrows, and agrees with its test', () => {
  const next = random(5)
  let covered = 0
  let width = 0
  for (let i = 0; i < 400; i++) {
    const pairs = (worlds['fractional'] as World)(next, 0.1)
    const { low, high, twoSided } = comparePairs(pairs, { seed: i })
    if (low <= 0.1 && 0.1 <= high) covered++
    width += (high - low) / 400
    assert.is(twoSided <= 0.05, low > 0 || high < 0)
  }
  assert.ok(covered >= 372, `${covered} of 400`)
  assert.ok(width < 0.19, `mean width ${width}`)
})

test('equivalence is asked of both bounds, not of the p-value', () => {
  const ask = (wins: number, losses: number, n: number) =>
    comparePairs(binary(wins, losses, n), { seed: 1, alpha: 0.05, margin: 0.03 }).equivalence
  const cases: [number, number, number, boolean, boolean][] = [
    [0, 0, 98, false, false],
    [0, 0, 99, true, true],
    [20, 0, 400, true, false],
    [10, 10, 1000, true, true],
    [0, 60, 400, false, false],
  ]
  for (const [wins, losses, n, notWorse, equivalent] of cases) {
    const found = ask(wins, losses, n)
    assert.equal([found?.notWorse, found?.equivalent], [notWorse, equivalent], `${wins} ${losses} of ${n}: ${found?.low} to ${found?.high}`)
  }
  assert.is(comparePairs(binary(1, 0, 9), { seed: 1 }).equivalence, null)
})

test('more pairs than a call takes arguments are compared', () => {
  const pairs = Array.from({ length: 150_000 }, (_, i): Paired => ({
    task: `t${i}`,
    cluster: `c${i % 20}`,
    attempts: 2,
    control: 0.5,
    treatment: i % 20 < 14 && i % 3 === 0 ? 1 : 0.5,
  }))
  const { n, clusters, wins } = comparePairs(pairs, { seed: 1 })
  assert.equal([n, clusters, wins], [150_000, 20, 35_000])
})

test.run()
