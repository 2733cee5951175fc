import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { range } from '@whetstone/core'
import { compareRetests, retestRates } from './compare-retests.ts'

const test = suite('compare-retests')

const failed = (
  round: number,
  tasks: readonly number[],
  candidate: (task: number) => boolean,
  incumbent: (task: number) => boolean,
  seed = 1,
) => tasks.map((task) => ({ seed, round, task: `t${task}`, candidate: candidate(task), incumbent: incumbent(task) }))
const never = () => false

test('candidate against a fresh attempt: exact McNemar where no task comes twice, over clusters where one does', () => {
  const once = retestRates(
    failed(
      1,
      range(1, 20),
      (task) => task <= 18,
      (task) => task === 20,
    ),
  )
  assert.equal([once.gain.wins, once.gain.losses, once.gain.test], [18, 1, 'exact McNemar'])
  assert.is(once.candidate.rate, 0.9)
  // the same ten tasks failed in two rounds and were solved in both: no more evidence than ten tasks give
  const ten = failed(1, range(1, 10), (task) => task <= 8, never)
  const [alone, twice] = [retestRates(ten), retestRates([...ten, ...failed(2, range(1, 10), (task) => task <= 8, never)])]
  assert.is(twice.gain.n, 20)
  assert.is(twice.gain.clusters, 10)
  assert.ok(Math.abs(twice.gain.greater - alone.gain.greater) < 1e-9, `${twice.gain.greater} ${alone.gain.greater}`)
  assert.ok(twice.candidate.high - twice.candidate.low > 0.9 * (alone.candidate.high - alone.candidate.low))
})

test('two arms are compared on what both failed in the same round of the same seed; the rest is counted', () => {
  const one = [
    ...failed(1, range(1, 30), () => true, never),
    ...failed(2, [40, 41], () => true, never),
    ...failed(1, [1], () => true, never, 2),
  ]
  const other = [...failed(1, range(1, 30), (task) => task > 12, never), ...failed(2, [41, 42, 43], never, never)]
  const { n, wins, losses, difference, low, twoSided, unpaired, bySeed } = compareRetests(one, other)
  assert.equal({ n, wins, losses, unpaired }, { n: 31, wins: 13, losses: 0, unpaired: 1 + 1 + 2 })
  assert.ok(Math.abs(difference - 13 / 31) < 1e-12 && low > 0 && twoSided < 0.001)
  assert.equal(
    bySeed.map(({ seed }) => seed),
    [1],
  )
  const same = compareRetests(one, one)
  assert.ok(same.low <= 0 && same.high >= 0 && same.twoSided === 1 && same.unpaired === 0)
  assert.equal(compareRetests([], other).n, 0)
})

test.run()
