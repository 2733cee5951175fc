import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Trace } from '@whetstone/core'
import { microPools } from './micro-pools.ts'
import { dealCounts, drawRows } from './draw-rows.ts'
import type { Micro } from '@whetstone/recipe/micro.ts'
import { scaleSettling, settlingTokens } from './settling-tokens.ts'
import { lowestUnsolved, windowAt } from './micro-window.ts'

const test = suite('micro-rounds')

test('a window holds the unsolved levels and at most ten of the solved, the first and the last among them', () => {
  assert.equal(windowAt(5, { from: 2, above: 4 }), { above: [5, 6, 7, 8], below: [2, 3, 4] })
  assert.equal(windowAt(2, { from: 2, above: 2 }), { above: [2, 3], below: [] })
  assert.equal(windowAt(3, { from: 2, above: 1 }), { above: [3], below: [2] })
  const { below } = windowAt(30, { from: 2, above: 4 })
  assert.equal([below.length, below[0], below.at(-1), new Set(below).size], [10, 2, 29, 10])
})

test('the window moves on over every level in a row that passed often enough', () => {
  const rates = [0.95, 0.85, 0.4, 0.9].map((rate, i) => ({ taskset: 'addition', level: 5 + i, n: 100, rate }))
  assert.equal([lowestUnsolved(rates, 5, 0.8), lowestUnsolved(rates, 5, 0.9), lowestUnsolved(rates, 5, 0.96)], [7, 6, 5])
  assert.is(lowestUnsolved(rates, 8, 0.8), 9)
  assert.is(lowestUnsolved([], 5, 0.8), 5)
})

test('rows are dealt by weight; what a small pool cannot give the others do', () => {
  const cases: [pools: [weight: number, most: number][], count: number, given: number[]][] = [
    [[[1, 100], [1, 100]], 100, [50, 50]],
    [[[3, 100], [1, 100]], 100, [75, 25]],
    [[[1, 10], [1, 100]], 100, [10, 90]],
    [[[1, 10], [1, 20]], 100, [10, 20]],
    [[], 100, []],
  ] // prettier-ignore
  for (const [pools, count, given] of cases)
    assert.equal(
      dealCounts(
        pools.map(([weight, most]) => ({ weight, most })),
        count,
      ),
      given,
    )
})

test('no row serves more often than it may over all draws, and the draw is the same for the same seed', () => {
  const pool = (level: string, n: number) => ({ level, weight: 1, rows: Array.from({ length: n }, (_, i) => ({ id: `${level}-${i}` })) })
  const pools = [pool('a', 5), pool('b', 100)]
  const draw = (seed: number, used = new Map<string, number>()) => drawRows(pools, { count: 80, visits: 4, used, seed }).map(({ id }) => id)
  const visits = (rows: string[]) => [...Map.groupBy(rows, (row) => row)].map(([row, all]) => [row, all.length] as const)
  const rows = draw(1)
  assert.is(rows.length, 80)
  const [small, large] = ['a', 'b'].map((level) =>
    visits(rows)
      .filter(([row]) => row.startsWith(level))
      .map(([, count]) => count),
  )
  assert.equal(small, [4, 4, 4, 4, 4])
  assert.equal(new Set(large), new Set([1]))
  assert.equal(rows, draw(1))
  assert.not.equal(rows, draw(2))
  const used = new Map<string, number>()
  const all = [1, 2, 3, 4, 5, 6].flatMap((seed) => draw(seed, used))
  assert.is(all.length, 420, 'a sixth draw finds nothing unused')
  assert.ok(visits(all).every(([, count]) => count === 4))
})

const trace = (taskset: string, level: number, i: number) => ({ id: `${taskset} ${level} ${i}`, taskset, level }) as unknown as Trace
const traces = (taskset: string, level: number, n: number) => Array.from({ length: n }, (_, i) => trace(taskset, level, i))

test('pools share by kind, and what fails more weighs more', () => {
  const rates = [[4, 1], [5, 0.8], [6, 0.1]].map(([level, rate]) => ({ taskset: 'addition', level: level as number, n: 100, rate: rate as number })) // prettier-ignore
  const fresh = [...traces('addition', 4, 90), ...traces('addition', 5, 80), ...traces('addition', 6, 10), ...traces('operators', 1, 50)]
  const settings = { share: 0.5, others: { each: 50, share: 0.2 } }
  const climb = { taskset: 'addition', lowest: 5 }
  const pools = microPools({ fresh, earlier: traces('addition', 6, 30).slice(10), rates, climb }, settings)
  const weight = (level: string) => pools.find((pool) => pool.level === level)?.weight ?? NaN
  const sum = (levels: string[]) => levels.reduce((total, level) => total + weight(level), 0)
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} for ${b}`)
  near(sum(['addition 5', 'addition 6']), 0.4)
  near(weight('addition 4'), 0.4)
  near(weight('operators 1'), 0.2)
  near(weight('addition 6') / weight('addition 5'), 0.95 / 0.25)
  assert.is(pools.find(({ level }) => level === 'addition 6')?.rows.length, 30, 'earlier rows of unsolved levels serve on')
})

test('what settling will take is foreseen from the length of the attempts at hand', () => {
  const of = (taskset: string, level: number, tokens: number, n: number) =>
    Array.from({ length: n }, () => ({ taskset, level, tokens: { prompt: tokens, completion: 0 } }))
  const settle = { attempts: 300, rows: 1000, visits: 2 } as NonNullable<Micro['settle']>
  const micro = { settle, others: { each: 50, share: 0.2 } } as Micro
  const climb = { taskset: 'addition', lowest: 4 }
  const sums = [...of('addition', 2, 10, 5), ...of('addition', 4, 20, 50), ...of('addition', 5, 90, 50)]
  const cases: [what: string, tokens: number, expected: number][] = [
    ['levels 2 to 4, 15 tokens each, 300 attempts and 600 rows', settlingTokens(sums, { micro, climb }), 15 * 900],
    ['a fifth of the rows from another course', settlingTokens([...sums, ...of('operators', 1, 7, 9)], { micro, climb }), 15 * (300 + 560) + 7 * (50 + 140)],
    ['no climb', settlingTokens(of('operators', 1, 7, 9), { micro, climb: null }), 7 * (50 + 100)],
    ['nothing settles', settlingTokens(sums, { micro: { ...micro, settle: null }, climb }), 0],
  ] // prettier-ignore
  for (const [what, tokens, expected] of cases) assert.ok(Math.abs(tokens - expected) < 1e-6, `${what}: ${tokens} for ${expected}`)
})

test('what settles is as much smaller as the budget leaves', () => {
  const scaled = (share: number) => Object.values(scaleSettling({ attempts: 100, rows: 1000 }, share))
  assert.equal([scaled(2), scaled(Infinity), scaled(NaN), scaled(0.5), scaled(-1)], [[100, 1000], [100, 1000], [100, 1000], [50, 500], [10, 100]]) // prettier-ignore
})

test.run()
