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
const reader = { run: 'r', round: 1, step: () => null } as unknown as RoundReader
const say = (of: Round) => showWhy(whyRound(reader, of)).replace(/\s+/g, ' ')

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
    /none of 40 train attempts passed.*Make the tasks solvable/,
  ],
  [
    'promoted',
    round({ promoted: true, wins: 30, losses: 2, pValue: 1e-7 }),
    /was promoted.*With the same 2 losses, 9 wins or fewer .*Go on: npx nx run loops:cycle --recipe=tiny --run=r /,
  ],
] as const)
  test(name, () => assert.match(say(of), wanted))

test('it fits a terminal of 80 columns', () => {
  assert.ok(
    showWhy(whyRound(reader, round({})))
      .split('\n')
      .every((line) => line.length <= 80),
  )
})

test.run()
