import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mcnemar } from './mcnemar.ts'
import { pairOutcomes, summarizePairs, type Paired } from './paired.ts'
import { pairedTest } from './paired-test.ts'
import { signFlip } from './sign-flip.ts'
import { bootstrap } from './bootstrap.ts'

const test = suite('paired tests')
const near = (got: number, want: number, tolerance: number) => assert.ok(Math.abs(got - want) <= tolerance, `${got}, published ${want}`)

test('exact McNemar: airway data (Fagerland, Lydersen & Laake 2013): exact 0.0703, mid-p 0.0391', () => {
  const { twoSided, midP, greater } = mcnemar(1, 7)
  near(twoSided, 0.0703, 5e-5)
  near(midP, 0.0391, 5e-5)
  near(greater, 255 / 256, 1e-12)
})

test('exact McNemar: 16 wins and 8 losses of ReasoningBank SLM are noise, p = 0.152', () => near(mcnemar(16, 8).twoSided, 0.152, 5e-4))

test('exact McNemar: edges', () => {
  assert.equal(mcnemar(0, 0), { greater: 1, twoSided: 1, midP: 1 })
  near(mcnemar(5, 0).greater, 1 / 32, 1e-15)
  near(mcnemar(0, 5).greater, 1, 1e-15)
  near(mcnemar(4, 4).twoSided, 1, 1e-12)
  near(mcnemar(60, 0).greater / 2 ** -60, 1, 1e-9)
  assert.throws(() => mcnemar(0.5, 1), /whole numbers/)
})

test('sign flips: Darwin’s maize, Fisher 1935 (The Design of Experiments, section 21): 863 of 32768 sums are at least as large', () => {
  const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
  const result = signFlip(maize, { seed: 1 })
  near(result.greater, 863 / 32768, 1e-12)
  near(result.twoSided, 1726 / 32768, 1e-12)
  assert.ok(result.exact)
  // without a common unit the flips are drawn: close to the exact value, never zero
  const drawn = signFlip(
    maize.map((value) => value * Math.PI),
    { seed: 1 },
  )
  assert.not(drawn.exact)
  near(drawn.greater, 863 / 32768, 0.004)
  assert.equal(
    drawn,
    signFlip(
      maize.map((value) => value * Math.PI),
      { seed: 1 },
    ),
  )
})

test('sign flips of single wins and losses are McNemar, and fractions share a lattice', () => {
  for (const [wins, losses] of [
    [7, 1],
    [0, 4],
    [30, 12],
    [200, 150],
  ] as const) {
    const differences = [...new Array<number>(wins).fill(1), ...new Array<number>(losses).fill(-1), 0, 0]
    const flips = signFlip(differences, { seed: 1 })
    near(flips.greater, mcnemar(wins, losses).greater, 1e-12)
    near(flips.twoSided, mcnemar(wins, losses).twoSided, 1e-12)
  }
  const thirds = signFlip([1 / 3, 2 / 3, -1 / 3, 1, 1 / 4], { seed: 1 })
  assert.ok(thirds.exact)
  near(thirds.greater, signFlip([4, 8, -4, 12, 3], { seed: 1 }).greater, 1e-15)
  assert.equal(signFlip([0, 0], { seed: 1 }), { greater: 1, less: 1, twoSided: 1, exact: true })
})

const pair = (task: string, cluster: string, control: number, treatment: number, attempts = 1): Paired => ({
  task,
  cluster,
  control,
  treatment,
  attempts,
})

test('pairedTest names the test it takes', () => {
  assert.is(pairedTest([pair('a', 'a', 0, 1), pair('b', 'b', 1, 1)], { seed: 1 }).test, 'exact McNemar')
  assert.is(pairedTest([pair('a', 'a', 0.25, 0.5, 4), pair('b', 'b', 1, 1, 4)], { seed: 1 }).test, 'sign-flip permutation over tasks')
  assert.is(pairedTest([pair('a', 'k', 0, 1), pair('b', 'k', 1, 1)], { seed: 1 }).test, 'sign-flip permutation over clusters')
})

test('five tasks of one cluster are one piece of evidence, not five', () => {
  const pairs = [...'abcde'].map((task) => pair(task, 'key', 0, 1))
  near(pairedTest(pairs, { seed: 1 }).greater, 1 / 2, 1e-15)
  near(
    pairedTest(
      pairs.map((one) => ({ ...one, cluster: one.task })),
      { seed: 1 },
    ).greater,
    1 / 32,
    1e-15,
  )
})

test('pairOutcomes pairs by id, counts what is left over and skips what was never attempted', () => {
  const outcome = (task: string, passed: number, attempts = 1) => ({ task, cluster: task, attempts, passed })
  const { pairs, unpaired } = pairOutcomes(
    [outcome('a', 1), outcome('b', 0), outcome('c', 0, 0)],
    [outcome('b', 1), outcome('d', 1), outcome('c', 1)],
  )
  assert.equal(pairs, [pair('b', 'b', 0, 1)])
  assert.is(unpaired, 3)
  const { wins, losses, difference, discordance } = summarizePairs(pairs)
  assert.equal([wins, losses, difference, discordance], [1, 0, 1, 1])
})

test('bootstrap: seeded, and near the normal interval where that holds', () => {
  const pairs = Array.from({ length: 400 }, (_, i) => pair(`t${i}`, `t${i}`, i % 10 === 0 ? 1 : 0, i % 4 === 0 ? 1 : 0))
  const mean = summarizePairs(pairs).difference
  const spread = 1.96 * Math.sqrt(pairs.reduce((sum, { control, treatment }) => sum + (treatment - control - mean) ** 2, 0) / 400 / 400)
  const { low, high } = bootstrap(pairs, { seed: 7 })
  near(low, mean - spread, 0.006)
  near(high, mean + spread, 0.006)
  assert.equal(bootstrap(pairs, { seed: 7 }), { low, high })
})

test.run()
