import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Decision, type Evaluation, type GateRequest, type Outcome, type Random, random } from '@whetstone/core'
import { mcnemar, pairOutcomes, summarizePairs } from '@whetstone/statistics'
import { gate } from './gate.ts'

const test = suite('gate')
const judge = gate()

type Arm = { model?: Evaluation['model']; memory?: boolean; level?: number; taskset?: string }
function evaluation(outcomes: Outcome[], { model = 'incumbent', memory = true, level = 5, taskset = 'addition' }: Arm): Evaluation {
  return { model, memory, split: 'validation', taskset, level, n: outcomes.length, passed: 0, passRate: 0, ci: [0, 1], outcomes }
}
/** Outcomes of which the first `passed` pass. */
const first = (passed: number, n: number, cluster = (i: number) => `t${i}`): Outcome[] =>
  Array.from({ length: n }, (_, i) => ({ task: `t${i}`, cluster: cluster(i), attempts: 1, passed: i < passed ? 1 : 0 }))
const request = (evaluations: Evaluation[], more: Partial<GateRequest> = {}): GateRequest => ({
  evaluations,
  frontier: { taskset: 'addition', level: 5 },
  solved: [],
  memory: true,
  round: 1,
  fresh: true,
  seed: 1,
  ...more,
})
const both = (incumbent: Outcome[], candidate: Outcome[], arm: Arm = {}) => [
  evaluation(incumbent, arm),
  evaluation(candidate, { ...arm, model: 'candidate' }),
]

test('promotes what is better on the frontier and not worse where it was solved', () => {
  const decision = judge(
    request([...both(first(60, 200), first(120, 200)), ...both(first(200, 200), first(199, 200), { level: 4 })], {
      solved: [{ taskset: 'addition', level: 4 }],
    }),
  )
  Decision.parse(decision)
  assert.ok(decision.promoted)
  assert.match(
    decision.reason,
    /^promoted: addition level 5 30\.0% to 60\.0% \(\+30\.0 points, 95% interval \+2\d\.\d to \+3\d\.\d\), p = [\d.e-]+ <= 0\.025; not worse on 1 solved level$/,
  )
  assert.equal(
    [decision.test, decision.arm, decision.n, decision.wins, decision.losses, decision.alpha],
    ['exact McNemar, one-sided', 'candidate vs incumbent, memory on', 200, 60, 0, 0.025],
  )
  assert.ok(Math.abs(decision.pValue / 2 ** -60 - 1) < 1e-9)
})

test('keeps what lost on a solved level, what could not be shown, and what was not evaluated', () => {
  const better = both(first(60, 200), first(120, 200))
  const solved = [{ taskset: 'addition', level: 4 }]
  const at4 = (passed: number, n: number) => judge(request([...better, ...both(first(n, n), first(passed, n), { level: 4 })], { solved }))
  assert.match(
    at4(180, 200).reason,
    /^kept: better at .*may have lost what was solved: addition level 4 -10\.0 points, 95% bound -1\d\.\d not above -3\.0$/,
  )
  assert.match(at4(50, 50).reason, /addition level 4 has 50 tasks, and fewer than 99 can never show it$/)
  assert.ok(at4(99, 99).promoted)
  const unseen = judge(request(better, { solved }))
  assert.match(unseen.reason, /addition level 4 was not evaluated$/)
  assert.equal([at4(180, 200).promoted, at4(50, 50).promoted, unseen.promoted], [false, false, false])
})

test('only the frontier level and the deployed memory setting are tested', () => {
  const decoys = [
    ...both(first(0, 200), first(200, 200), { level: 6 }),
    ...both(first(0, 200), first(200, 200), { memory: false }),
    ...both(first(0, 200), first(200, 200), { taskset: 'operators' }),
  ]
  const decision = judge(request([...both(first(100, 200), first(101, 200)), ...decoys]))
  assert.not(decision.promoted)
  assert.is(decision.n, 200)
  assert.match(
    decision.reason,
    /^kept: no evidence of improvement: addition level 5 .*p = 0\.5 > 0\.025; a true gain under \d\.\d points would have been missed/,
  )
  assert.ok(decision.minimumDetectableEffect > 0.03 && decision.minimumDetectableEffect < 0.05)
})

test('without a frontier all levels are pooled, tasks of two tasksets kept apart by name', () => {
  const decision = judge(
    request([...both(first(50, 100), first(80, 100)), ...both(first(50, 100), first(80, 100), { taskset: 'operators', level: 1 })], {
      frontier: null,
    }),
  )
  assert.equal([decision.n, decision.wins, decision.promoted], [200, 60, true])
})

test('a fixed set spends alpha by rounds, fresh samples do not', () => {
  const evaluations = both(first(50, 100), first(57, 100)) // 7 wins: p = 1/128 = 0.0078
  const decided = (round: number, fresh: boolean) => judge(request(evaluations, { round, fresh }))
  assert.equal([decided(1, false).promoted, decided(2, false).promoted, decided(2, true).promoted], [true, false, true])
  assert.ok(Math.abs(decided(2, false).alpha - (6 * 0.025) / (Math.PI ** 2 * 4)) < 1e-12)
})

test('clusters are respected, and too few of them say so', () => {
  const decision = judge(
    request(
      both(
        first(60, 200, (i) => `c${i % 5}`),
        first(100, 200, (i) => `c${i % 5}`),
      ),
    ),
  )
  assert.equal(
    [decision.test, decision.clusters, decision.pValue, decision.promoted],
    ['sign-flip permutation over clusters, one-sided', 5, 1 / 32, false],
  )
  assert.match(decision.reason, /200 tasks in 5 clusters cannot show any gain at this level/)
  assert.is(decision.minimumDetectableEffect, 1)
})

test('without a candidate the decision compares memory on with off and promotes nothing', () => {
  const arms = (on: number) => [evaluation(first(60, 200), { memory: false }), evaluation(first(on, 200), { memory: true })]
  const helps = judge(request(arms(100), { frontier: null }))
  assert.equal([helps.promoted, helps.arm, helps.wins], [false, 'memory on vs off', 40])
  assert.match(helps.reason, /^kept: nothing was trained; memory helps: /)
  const nothing = judge(request([evaluation(first(0, 20), { memory: false }), evaluation(first(0, 20), { memory: true })]))
  assert.match(nothing.reason, /^kept: no evidence of improvement: memory off to on/)
  assert.ok(nothing.minimumDetectableEffect > 0.3 && nothing.minimumDetectableEffect < 0.4)
  const alone = judge(request([evaluation(first(0, 20), { memory: false })]))
  Decision.parse(alone)
  assert.match(alone.reason, /^kept: no evidence of improvement: no task was attempted by both arms/)
})

test('a bank that hurts is not kept, one without effect is', () => {
  const arms = (on: number) => [evaluation(first(60, 200), { memory: false }), evaluation(first(on, 200), { memory: true })]
  assert.equal(
    [30, 60, 90].map((on) => judge(request(arms(on))).memory?.keepBank),
    [false, true, true],
  )
  // judged on the model that is deployed: here the promoted candidate, which the bank hurts
  const decision = judge(
    request([
      ...both(first(20, 200), first(100, 200)),
      evaluation(first(20, 200), { memory: false }),
      evaluation(first(160, 200), { memory: false, model: 'candidate' }),
    ]),
  )
  assert.equal([decision.promoted, decision.memory?.keepBank], [true, false])
  assert.is(judge(request(both(first(20, 200), first(100, 200)))).memory, null)
})

test('arms that did not attempt the same tasks are not compared', () => {
  const decision = judge(request(both(first(60, 200), first(120, 200).slice(0, 150))))
  assert.not(decision.promoted)
  assert.match(decision.reason, /^kept: the arms are not comparable: 50 tasks have an outcome in one arm only, 150 in both/)
})

// A model gated against itself: both arms attempt the same tasks with the same skill.
const alpha = 0.025
const gates = 1000
/** Two standard errors above what alpha allows: the permutation tests use nearly all of their alpha. */
const allowed = alpha * gates + 2 * Math.sqrt(alpha * (1 - alpha) * gates)
const attempt = (p: number, attempts: number, next: Random) =>
  Array.from({ length: attempts }, () => (next() < p ? 1 : 0)).reduce<number>((a, b) => a + b, 0)

const selves: Record<string, (next: Random) => Outcome[][]> = {
  'the same greedy answers': (next) => {
    const answers = first(attempt(0.4, 200, next), 200)
    return [answers, answers]
  },
  'tasks that differ in difficulty, sampled': (next) => {
    const p = Array.from({ length: 200 }, () => next() ** 2)
    return [0, 1].map(() => p.map((skill, i) => ({ task: `t${i}`, cluster: `t${i}`, attempts: 1, passed: attempt(skill, 1, next) })))
  },
  'four samples a task': (next) => {
    const p = Array.from({ length: 100 }, () => next())
    return [0, 1].map(() => p.map((skill, i) => ({ task: `t${i}`, cluster: `t${i}`, attempts: 4, passed: attempt(skill, 4, next) })))
  },
  'keys that each training gains or loses whole': (next) =>
    [0, 1].map(() =>
      Array.from({ length: 40 }, (_, key) => {
        const skill = next() < 0.5 ? 0.9 : 0.2
        return Array.from({ length: 8 }, (_, i) => ({
          task: `t${key}-${i}`,
          cluster: `k${key}`,
          attempts: 1,
          passed: attempt(skill, 1, next),
        }))
      }).flat(),
    ),
}
for (const [name, draw] of Object.entries(selves))
  test(`against itself, ${name}: promoted in at most alpha of ${gates} gates`, () => {
    const next = random(2026)
    let promoted = 0
    let naive = 0
    for (let i = 0; i < gates; i++) {
      const [incumbent, candidate] = draw(next) as [Outcome[], Outcome[]]
      if (judge(request(both(incumbent, candidate))).promoted) promoted++
      const { wins, losses } = summarizePairs(pairOutcomes(incumbent, candidate).pairs)
      if (mcnemar(wins, losses).greater <= alpha) naive++
    }
    assert.ok(promoted <= allowed, `${promoted} of ${gates}`)
    // what the test over clusters is for: counting tasks as independent would promote luck
    if (name.startsWith('keys')) assert.ok(naive > 3 * alpha * gates, `${naive} by McNemar over tasks`)
  })

test('against itself on one fixed set over ten rounds: at most alpha of the runs ever promote', () => {
  const next = random(7)
  let runs = 0
  for (let run = 0; run < 400; run++) {
    const p = Array.from({ length: 120 }, () => next())
    const draw = () => p.map((skill, i) => ({ task: `t${i}`, cluster: `t${i}`, attempts: 1, passed: attempt(skill, 1, next) }))
    for (let round = 1; round <= 10; round++)
      if (judge(request(both(draw(), draw()), { round, fresh: false })).promoted) {
        runs++
        break
      }
  }
  assert.ok(runs <= alpha * 400, `${runs} of 400 runs`)
})

test('finds what is there: a gain of 20 points on 200 tasks in at least 97% of 200 gates, and a loss of 6 points on a solved level passes in at most 5%', () => {
  const next = random(99)
  let found = 0
  let slipped = 0
  const draw = (rate: number, n: number) =>
    Array.from({ length: n }, (_, i) => ({ task: `t${i}`, cluster: `t${i}`, attempts: 1, passed: attempt(rate, 1, next) }))
  for (let i = 0; i < 200; i++) {
    if (judge(request(both(draw(0.4, 200), draw(0.6, 200)))).promoted) found++
    const evaluations = [...both(draw(0.3, 200), draw(0.7, 200)), ...both(draw(0.99, 256), draw(0.93, 256), { level: 4 })]
    if (judge(request(evaluations, { solved: [{ taskset: 'addition', level: 4 }] })).promoted) slipped++
  }
  assert.ok(found >= 194, `${found} of 200`)
  assert.ok(slipped <= 10, `${slipped} of 200`)
})

test.run()
