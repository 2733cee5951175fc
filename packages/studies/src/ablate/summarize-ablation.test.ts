import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import type { AblationResult, Cell } from './ablation-result.ts'
import { chartAblation, showAblation } from './show-ablation.ts'
import { pairedT, summarizeAblation, tInterval } from './summarize-ablation.ts'

const test = suite('table of an ablation')
const near = (a: number, b: number, within = 1e-3) => assert.ok(Math.abs(a - b) <= within, `${a} for ${b}`)

const cell = (weights: Cell['weights'], memory: boolean, passed: number): Cell => ({
  weights,
  memory,
  levels: [
    { taskset: 'addition', level: 5, n: 100, passed },
    { taskset: 'operators', level: 1, n: 50, passed: memory ? 50 : 10 },
  ],
})
const result = (arm: string, seed: number, passed: number): AblationResult => ({
  arm,
  seed,
  recipe: arm,
  versions: { tools: 'v' },
  tasks: 100,
  top: null,
  model: 'model-1',
  deployed: true,
  promoted: [true, false],
  tokens: 1000,
  cells: [cell('first', false, 40), cell('last', false, passed), cell('first', true, 40), cell('last', true, passed)],
})

test("the t-interval and the paired t-test are Student's", () => {
  // seven values by hand: mean 4, standard deviation 2.1602, t(0.975, 6) = 2.4469
  const interval = tInterval([1, 2, 3, 4, 5, 6, 7])
  near(interval?.low ?? 0, 4 - 2.4469 * (2.1602 / Math.sqrt(7)))
  near(interval?.high ?? 0, 4 + 2.4469 * (2.1602 / Math.sqrt(7)))
  near(pairedT([1, 2, 3, 4, 5, 6, 7]).p, 0.0027, 1e-4)
  near(pairedT([-1, 1, -2, 2]).p, 1)
  assert.is(tInterval([3]), null)
})

test('levels count alike, what is served is the outcome, and gains part into weights and memory', () => {
  const rows = summarizeAblation(
    [result('as-is', 1, 80), result('as-is', 2, 90), result('half', 1, 60), result('half', 2, 70)],
    ['as-is', 'half'],
  )
  near(rows[0]?.mean ?? 0, (0.85 + 1) / 2)
  near(rows[1]?.difference?.mean ?? 0, -0.1)
  assert.is(rows[1]?.difference?.p, null, 'two seeds claim nothing')
  const at = (weights: string, memory: boolean) =>
    rows[0]?.cells.find((each) => each.weights === weights && each.memory === memory)?.mean ?? NaN
  near(at('first', false), (0.4 + 0.2) / 2)
  near(at('first', true), (0.4 + 1) / 2)
  near(at('last', false), (0.85 + 0.2) / 2)
  assert.ok((rows[0]?.outcome?.high ?? 2) <= 1 && (rows[0]?.outcome?.low ?? 0) > 0.5, 'a share is at most all')
  assert.equal([rows[0]?.promoted, rows[0]?.rounds, rows[0]?.seeds], [2, 4, 2])
  const text = showAblation(rows, { name: 'a', recipe: 'tiny', rounds: 2, seeds: [1, 2], model: 'model-1', about: new Map() })
  assert.match(text, /\| half +\|.* no claim under 7 seeds \|/)
  assert.match(text, /tasks \(these seeds\)/)
  assert.match(JSON.stringify(chartAblation(rows, [])), /interval over seeds/)
  const alone = summarizeAblation([result('as-is', 1, 80), result('half', 1, 60)], ['as-is', 'half'])
  assert.match(JSON.stringify(chartAblation(alone, [])), /interval over tasks \(these seeds\)/)
  assert.match(text, /All seeds begin with one pretrained model \(model-1\)/)
})

test('with seven seeds a difference is tested, adjusted over the arms', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7]
  const next = random(5)
  const noise = seeds.map(() => Math.round(4 * next()))
  const rows = summarizeAblation(
    seeds.flatMap((seed, i) => [
      result('as-is', seed, 80 + (noise[i] as number)),
      result('worse', seed, 60 + (noise[6 - i] as number)),
      result('alike', seed, 80 + (noise[(i + 3) % 7] as number)),
    ]),
    ['as-is', 'worse', 'alike'],
  )
  assert.ok((rows[1]?.difference?.p ?? 1) < 0.001 && (rows[1]?.difference?.high ?? 0) < -0.05)
  assert.ok((rows[2]?.difference?.p ?? 0) > 0.05)
})

test('under no difference at most one table in twenty claims any', () => {
  const next = random(11)
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  let claims = 0
  for (let i = 0; i < 400; i++) {
    const results = [1, 2, 3, 4, 5, 6, 7].flatMap((seed) => ['a', 'b', 'c', 'd'].map((arm) => result(arm, seed, 60 + 8 * normal())))
    if (summarizeAblation(results, ['a', 'b', 'c', 'd']).some(({ difference }) => (difference?.p ?? 1) <= 0.05)) claims++
  }
  assert.ok(claims <= 400 * 0.05 + 2 * Math.sqrt(400 * 0.05 * 0.95), `${claims} of 400`)
})

test.run()
