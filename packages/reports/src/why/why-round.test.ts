import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Decision, Round } from '@whetstone/core'
import type { RoundReader } from '@whetstone/runs'
import { showWhy, whyRound } from './why-round.ts'

const test = suite('why')
const decision: Decision = {
  promoted: false,
  reason: 'kept: no evidence of improvement: sums level 1 40.0% to 42.0%',
  test: 'exact McNemar, one-sided',
  alpha: 0.025,
  arm: 'candidate vs incumbent, memory on',
  n: 100,
  clusters: 100,
  incumbentRate: 0.4,
  candidateRate: 0.42,
  difference: 0.02,
  ci: [-0.05, 0.09],
  pValue: 0.4,
  wins: 8,
  losses: 6,
  minimumDetectableEffect: 0.11,
  nonInferiority: [],
  memory: null,
}
const round = (made: Partial<Decision>, more: Partial<Round> = {}): Round => ({
  run: 'r',
  round: 1,
  recipe: 'tiny',
  seed: 1,
  frontier: { taskset: 'sums', level: 1, rule: 'lowest', trainRate: 0.4 },
  incumbent: { id: 'a' },
  candidate: { id: 'b' },
  served: { role: 'incumbent', memory: true },
  bank: { size: 1, added: 1, tag: 'round-001', kept: true },
  evaluations: [],
  decision: { ...decision, ...made },
  retest: null,
  harvest: { attempted: 400, passed: 160, kept: 150, replayed: 0, pairs: 0 },
  training: { trainer: 'llama-train sft', steps: 10, seconds: 3, finalLoss: 0.1 },
  untrained: null,
  faults: { retried: 0, failed: 0 },
  truncated: 0,
  looks: 1,
  cost: { seconds: 60, tokens: { prompt: 1, completion: 1 } },
  ...more,
})
const none = { async *[Symbol.asyncIterator]() {} }
const readerOf = (plan: unknown = null, tasks: AsyncIterable<unknown> = none, traces: AsyncIterable<unknown> = none) =>
  ({
    run: 'r',
    round: 1,
    step: (name: string) => (name === 'plan' ? plan : null),
    tasks: () => tasks,
    traces: { rows: () => traces },
  }) as unknown as RoundReader
const say = async (of: Round, reader = readerOf()) => showWhy(await whyRound(reader, of)).replace(/\s+/g, ' ')

for (const [name, of, wanted] of [
  // exact McNemar, one-sided: P(X >= 17 | 23, 1/2) = 0.017, P(X >= 16 | 22, 1/2) = 0.026
  [
    'too few wins',
    round({}),
    /With the same 6 losses, 17 wins would have been enough; there were 8\. - If the true gain is the \+2\.0 points/,
  ],
  [
    'a loss is no matter of power',
    round({ ci: [-0.5, -0.3], difference: -0.4, candidateRate: 0 }),
    /More tasks would not have changed it: the difference itself is a loss.* Train more gently/,
  ],
  [
    'a guard that could never pass',
    round({ pValue: 0.001, wins: 30, losses: 2, guard: { n: 100, difference: 0, low: -0.03, margin: 0.01, passed: false } }),
    /The guarded levels need at least 299 tasks together/,
  ],
  [
    'cut answers come first',
    round({}, { truncated: 0.2, cuts: { attempted: 500, truncated: 100, context: 20 } }),
    /100 of 500 attempts \(20\.0%\) were cut off.*20 of 500 attempts \(4\.0%\) had prompts with no room.*Give answers more room first/,
  ],
  [
    'prompts that the model cannot read',
    round({}, { cuts: { attempted: 100, truncated: 0, context: 0 }, ends: { vocabulary: 80 } }),
    /80 of 100 attempts \(80\.0%\) had prompts that cannot be written in the model's tokens.*name another with --model/,
  ],
  [
    'nothing passed',
    round({}, { harvest: { attempted: 40, passed: 0, kept: 0, replayed: 0, pairs: 0 } }),
    /none of 40 train attempts passed.*Look at what it answers first: npx nx run loops:why --run=r --round=1 --answers=20.*make the tasks solvable/,
  ],
  [
    'promoted',
    round({ promoted: true, wins: 30, losses: 2, pValue: 1e-7 }),
    /was promoted.*With the same 2 losses it took at least 10 wins, and there were 30: .*Go on: npx nx run loops:cycle --recipe=tiny --run=r /,
  ],
] as const)
  test(name, async () => assert.match(await say(of), wanted))

const stock = (have: number, drawn: number) => ({
  minimumDetectableEffect: 0.19,
  stock: [{ taskset: 'sums', split: 'validation', asked: 300, drawn, have, most: have }],
})
for (const [name, plan, wanted] of [
  [
    'all that a table has was attempted',
    stock(100, 100),
    /All 100 validation tasks of sums were attempted, and no setting makes more: bring more rows/,
  ],
  [
    'a table that has more',
    stock(180, 100),
    /Attempt all validation tasks that sums has, 180 \(100 were attempted\): --set courses\.0\.validation=180/,
  ],
  ['tasks that are made as they are asked for', null, /Attempt more validation tasks \(--set courses\.0\.validation=\d{3,}/],
] as const)
  test(`what to try next: ${name}`, async () => assert.match(await say(round({}), readerOf(plan)), wanted))

test('a table that holds fewer than a gain would take says so', async () =>
  assert.match(await say(round({}), readerOf(stock(100, 100))), /there were 100, and sums has 100 for validation/))

async function* each<T>(rows: readonly T[]) {
  yield* rows
}
for (const [name, answer, more, wanted] of [
  ['among other words', 'the answer is 46', {}, /100\.0% of the failed answers hold the right answer among other words/],
  ['cut off', '4', { truncated: true, finish: 'length' }, /100\.0% of the failed answers were cut off/],
  ['empty', '', { finish: 'empty' }, /100\.0% of the failed answers are empty/],
  ['the question again', 'what is 12 plus 34', {}, /100\.0% of the failed answers repeat the question/],
  ['always the same', 'yes', {}, /100\.0% of the failed answers are the same, "yes", whatever was asked/],
] as const)
  test(`where hardly any passes the answers are looked at: ${name}`, async () => {
    const tasks = Array.from({ length: 8 }, (_, at) => ({ id: `t${at}`, split: 'train', prompt: 'What is 12 plus 34', reference: '46' }))
    const traces = tasks.map(({ id }) => ({
      task: id,
      grade: { passed: false, reason: 'another answer' },
      finish: 'stop',
      truncated: false,
      messages: [{ role: 'assistant', content: answer }],
      ...more,
    }))
    const few = round({}, { harvest: { attempted: 800, passed: 10, kept: 10, replayed: 0, pairs: 0 } })
    const said = await say(few, readerOf(null, each(tasks), each(traces)))
    assert.match(said, wanted)
    assert.match(said, /What it answers - What is 12 plus 34 expected 46 answered/)
  })

test('it fits a terminal of 80 columns', async () => {
  assert.ok(
    showWhy(await whyRound(readerOf(), round({})))
      .split('\n')
      .every((line) => line.length <= 80),
  )
})

test.run()
