import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import type { Paired } from './paired.ts'
import { pairedInterval } from './paired-interval.ts'
import { tango } from './tango.ts'

const test = suite('paired interval')

/** Clusters of size m in which a loss (or win) strikes the whole cluster with share `together`, else tasks one by one. */
function simulate(
  { clusters, m, win, loss, together }: { clusters: number; m: number; win: number; loss: number; together: number },
  next: () => number,
): Paired[] {
  return Array.from({ length: clusters }, (_, c) => {
    const whole = next() < together ? next() : null
    return Array.from({ length: m }, (_, i) => {
      const u = whole ?? next()
      return { task: `${c}-${i}`, cluster: `${c}`, control: u < win ? 0 : 1, treatment: u >= win && u < win + loss ? 0 : 1, attempts: 1 }
    })
  }).flat()
}

test('is Tango’s where each task stands alone', () => {
  const pairs = simulate({ clusters: 300, m: 1, win: 0.1, loss: 0.05, together: 0 }, random(1))
  const wins = pairs.filter((pair) => pair.control === 0).length
  const losses = pairs.filter((pair) => pair.treatment === 0).length
  const { low, high } = tango(wins, losses, 300)
  const interval = pairedInterval(pairs)
  assert.equal([interval.low, interval.high, interval.designEffect], [low, high, 1])
})

test('never collapses: with no discordant task it is as wide as the tasks and clusters allow', () => {
  const pairs = simulate({ clusters: 64, m: 8, win: 0, loss: 0, together: 0 }, random(1))
  const { low, high, difference, designEffect } = pairedInterval(pairs, 0.9)
  assert.is(difference, 0)
  assert.ok(
    low < tango(0, 0, 512, 0.9).low && low > tango(0, 0, 64, 0.9).low,
    `${low} lies between that of 512 and of 64 independent tasks`,
  )
  assert.ok(high === -low && designEffect > 1)
  assert.equal(pairedInterval([]).low, -1)
  assert.equal(pairedInterval(pairs.slice(0, 8)).low, -1, 'one cluster says nothing')
})

// the one-sided 95% bound claims too much in at most about 5% of worlds; 2000 worlds: ±1% at two standard errors
for (const [name, world, limit] of [
  // exactly P(at most 2 of 200 lost at 3%) = 0.0593: score intervals are right on average over worlds, not in each
  ['single tasks, only losses', { clusters: 200, m: 1, win: 0, loss: 0.03, together: 0 }, 0.07],
  ['single tasks, churn', { clusters: 200, m: 1, win: 0.1, loss: 0.13, together: 0 }, 0.06],
  ['64 keys, independent tasks', { clusters: 64, m: 8, win: 0.02, loss: 0.05, together: 0 }, 0.06],
  ['64 keys that fall whole one time in five', { clusters: 64, m: 8, win: 0.05, loss: 0.08, together: 0.2 }, 0.065],
  ['30 keys that fall whole half of the time', { clusters: 30, m: 10, win: 0.1, loss: 0.13, together: 0.5 }, 0.065],
] as const)
  test(`error rate of the lower bound: ${name}`, () => {
    const next = random(11)
    let wrong = 0
    for (let i = 0; i < 2000; i++) if (pairedInterval(simulate(world, next), 0.9).low > world.win - world.loss) wrong++
    assert.ok(wrong / 2000 <= limit, `${wrong} of 2000`)
  })

test('several attempts a task: covers, and narrows', () => {
  const next = random(5)
  let covered = 0
  let width = 0
  for (let i = 0; i < 1000; i++) {
    const pairs = Array.from({ length: 150 }, (_, t) => {
      const difficulty = next()
      const mean = (p: number) => [0, 0, 0, 0].filter(() => next() < p).length / 4
      return { task: `${t}`, cluster: `${t}`, control: mean(difficulty * 0.9), treatment: mean(difficulty * 0.9 + 0.1), attempts: 4 }
    })
    const { low, high } = pairedInterval(pairs)
    if (low <= 0.1 && 0.1 <= high) covered++
    width += (high - low) / 1000
  }
  assert.ok(covered >= 930 && covered <= 990, `${covered} of 1000`)
  assert.ok(width < 0.12, `mean width ${width}`)
})

test.run()
