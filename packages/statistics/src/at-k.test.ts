import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { majorityAtK, type Vote } from './majority-at-k.ts'
import { meanPassAtK, passAtK } from './pass-at-k.ts'

const test = suite('pass@k and majority@k')
const near = (got: number, want: number, tolerance = 1e-12) => assert.ok(Math.abs(got - want) <= tolerance, `${got}, wanted ${want}`)

/** All subsets of size k of n attempts of which the first c passed. */
function* subsets(n: number, k: number, from = 0): Generator<number[]> {
  if (k === 0) yield []
  else for (let i = from; i <= n - k; i++) for (const rest of subsets(n, k - 1, i + 1)) yield [i, ...rest]
}

test('pass@k equals the share of subsets that hold a pass', () => {
  for (const [n, c, k] of [
    [5, 2, 2],
    [8, 1, 4],
    [6, 6, 1],
    [7, 0, 3],
    [9, 4, 6],
  ] as const) {
    const all = [...subsets(n, k)]
    near(passAtK(n, c, k), all.filter((subset) => subset.some((i) => i < c)).length / all.length)
  }
  near(passAtK(200, 1, 100), 0.5)
  assert.throws(() => passAtK(3, 1, 4), /k = 4 from 1 of 3/)
})

test('the mean over tasks leaves out those with too few attempts', () => {
  const outcome = (attempts: number, passed: number) => ({ task: 't', cluster: 't', attempts, passed })
  near(meanPassAtK([outcome(4, 1), outcome(4, 4), outcome(1, 1)], 2) as number, (0.5 + 1) / 2)
  assert.is(meanPassAtK([outcome(1, 1)], 2), null)
})

const votes = (text: string): Vote[] => [...text].map((answer) => ({ answer: answer === '-' ? null : answer, passed: answer === 'r' }))

test('majority@k', () => {
  const cases: [string, number, number][] = [
    ['rrw', 3, 1],
    ['rww', 3, 0],
    ['rwx', 3, 1 / 3],
    ['r--', 3, 1],
    ['---', 3, 0],
    ['rrww', 1, 0.5],
    ['rrw', 2, (1 + 0.5 + 0.5) / 3],
  ]
  for (const [text, k, want] of cases) near(majorityAtK(votes(text), k, { seed: 1 }), want)
})

test('many subsets are sampled, close to the exact mean and the same for one seed', () => {
  const many = votes('r'.repeat(12) + 'w'.repeat(8))
  // exact: hypergeometric, at least 3 right ones of 5
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)
  const exact = [3, 4, 5].reduce((sum, right) => sum + (choose(12, right) * choose(8, 5 - right)) / choose(20, 5), 0)
  near(majorityAtK(many, 5, { seed: 3 }), exact, 0.03)
  assert.is(majorityAtK(many, 5, { seed: 3 }), majorityAtK(many, 5, { seed: 3 }))
})

test.run()
