import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random, type Random } from '@whetstone/core'
import { confidenceSequence, logBettingValue } from './betting.ts'

const test = suite('betting')
/** Units that are won or lost whole. */
const draw = (next: Random, n: number, win: number, loss: number, size = 1) =>
  Array.from({ length: n }, () => {
    const u = next()
    return { sum: u < win ? size : u < win + loss ? -size : 0, size }
  })

test('nothing seen is a capital of one, a win raises it, a loss lowers it', () => {
  assert.is(logBettingValue([]), 0)
  assert.ok(logBettingValue([{ sum: 1, size: 1 }]) > 0 && logBettingValue([{ sum: -1, size: 1 }]) < 0)
})

for (const [name, size] of [
  ['single tasks', 1],
  ['clusters of five', 5],
] as const)
  test(`${name}: looked at after every unit, a worthless treatment reaches 1/alpha in at most alpha of 2000 runs`, () => {
    const next = random(9)
    let reached = 0
    for (let run = 0; run < 2000; run++) {
      const units = draw(next, 60, 0.2, 0.2, size)
      for (let n = 5; n <= 60; n += 5)
        if (logBettingValue(units.slice(0, n)) >= -Math.log(0.05)) {
          reached++
          break
        }
    }
    assert.ok(reached <= 100, `${reached} of 2000`)
    assert.ok(reached > 5, 'it can be reached')
  })

test('a large gain is found after few tasks, and the sequence holds it at every look', () => {
  const next = random(4)
  let missed = 0
  let stopped = 0
  for (let run = 0; run < 200; run++) {
    const units = draw(next, 200, 0.4, 0.06)
    const looks = [50, 100, 200].map((n) => confidenceSequence(units.slice(0, n)))
    if (looks.some(({ low, high }) => low > 0.34 || high < 0.34)) missed++
    if (logBettingValue(units.slice(0, 100)) >= Math.log(1 / 0.01)) stopped++
    for (const { low, high } of looks) assert.ok(low < high)
  }
  assert.ok(missed <= 10, `${missed} of 200`)
  assert.ok(stopped >= 195, `${stopped} of 200 found in 100 tasks`)
})

test.run()
