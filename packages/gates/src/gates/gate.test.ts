import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Decision, type Evaluation, type GateRequest, type Look, type Outcome, type Random, random } from '@whetstone/core'
import { mcnemar, pairOutcomes, summarizePairs } from '@whetstone/statistics'
import always from './always.ts'
import gate from './gate.ts'

const test = suite('gate')
const judge = gate().decide

type Arm = Partial<Pick<Evaluation, 'model' | 'memory' | 'level' | 'taskset' | 'arm'>>
function evaluation(outcomes: Outcome[], { model = 'incumbent', memory = true, level = 5, taskset = 'addition', arm }: Arm): Evaluation {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed / outcome.attempts, 0)
  const n = outcomes.length
  const named = outcomes.map((outcome) => ({ ...outcome, task: `${level}-${outcome.task}`, cluster: `${level}-${outcome.cluster}` }))
  return { model, memory, split: 'validation', taskset, level, n, passed, passRate: passed / n, ci: [0, 1], outcomes: named, arm }
}
/** Outcomes of which the first `passed` pass. */
const first = (passed: number, n: number, cluster = (i: number) => `t${i}`): Outcome[] =>
  Array.from({ length: n }, (_, i) => ({ task: `t${i}`, cluster: cluster(i), attempts: 1, passed: i < passed ? 1 : 0 }))
const request = (evaluations: Evaluation[], more: Partial<GateRequest> = {}): GateRequest => ({
  evaluations,
  references: [],
  frontier: [{ taskset: 'addition', level: 5 }],
  memory: true,
  bank: null,
  looks: [],
  stopped: null,
  seed: 1,
  ...more,
})
const both = (incumbent: Outcome[], candidate: Outcome[], arm: Arm = {}) => [
  evaluation(incumbent, arm),
  evaluation(candidate, { ...arm, model: 'candidate' }),
]
const look = (round: number, more: Partial<Look> = {}): Look => ({
  round,
  alpha: 0.01,
  pValue: 0.5,
  promoted: false,
  withdrawn: false,
  bank: null,
  ...more,
})
const better = both(first(60, 200), first(120, 200))

test('promotes what is better on the frontier and not worse below it', () => {
  const decision = judge(request([...better, ...both(first(800, 800), first(799, 800), { level: 4 })]))
  Decision.parse(decision)
  assert.ok(decision.promoted)
  assert.match(
    decision.reason,
    /^promoted: addition level 5 30\.0% to 60\.0% \(\+30\.0 points, 95% interval \+2\d\.\d to \+3\d\.\d\), p = [\d.e-]+ <= 0\.011; not worse on the level below$/,
  )
  assert.equal(
    [decision.test, decision.arm, decision.n, decision.wins, decision.losses, decision.look, decision.rule],
    ['exact McNemar, one-sided', 'candidate vs incumbent, memory on', 200, 60, 0, 1, 'fallback'],
  )
  assert.ok(Math.abs(decision.pValue / 2 ** -60 - 1) < 1e-9)
  assert.ok(Math.abs(decision.alpha - 0.010937) < 1e-6)
})

test('the guarded levels are pooled: a bound of one point for all of them, an alarm of ten for each', () => {
  const at = (...levels: [lost: number, n: number][]) =>
    judge(request([...better, ...levels.flatMap(([lost, n], i) => both(first(n, n), first(n - lost, n), { level: 4 - i }))]))
  const few = at([0, 100], [0, 198])
  assert.match(few.reason, /^kept: better at .*the guarded levels have 298 tasks, and fewer than 299 can never show it$/)
  assert.ok(at([0, 100], [0, 199]).promoted)
  const lossy = at([12, 400], [0, 400])
  assert.match(lossy.reason, /the guarded levels together -1\.5 points, 95% bound -2\.\d not above -1\.0$/)
  // one level that fell apart drowns among many
  const drowned = at([8, 60], ...Array.from({ length: 9 }, (): [number, number] => [0, 400]))
  assert.ok(drowned.guard?.passed)
  assert.match(drowned.reason, /may have lost what was solved: addition level 4 -13\.3 points, p = [\d.]+ after Holm$/)
  assert.equal(
    [few, lossy, drowned].map(({ promoted }) => promoted),
    [false, false, false],
  )
  // two of twenty are no evidence
  assert.ok(at([2, 20], ...Array.from({ length: 9 }, (): [number, number] => [0, 400])).promoted)
})

test('every evaluated level that is not of the frontier is guarded, also one that was never quite solved, and a level nobody attempted blocks', () => {
  const fallen = judge(request([...better, ...both(first(368, 400), first(330, 400), { level: 4 })]))
  assert.not(fallen.promoted)
  assert.match(fallen.reason, /the guarded levels together -9\.5 points/)
  const unseen = judge(request([...better, evaluation(first(400, 400), { level: 4 })]))
  assert.match(unseen.reason, /addition level 4 was not evaluated$/)
})

test('a guard compares with the best model of the run where the incumbent is not that', () => {
  const arms = [...better, ...both(first(380, 400), first(380, 400), { level: 4 })]
  assert.ok(judge(request(arms)).promoted)
  const references = [evaluation(first(400, 400), { model: 'reference', level: 4, arm: 'best of round 2' })]
  const drift = judge(request(arms, { references }))
  assert.not(drift.promoted)
  assert.is(drift.nonInferiority[0]?.reference, 'best of round 2')
  assert.match(drift.reason, /the guarded levels together -5\.0 points/)
})

test('only the frontier levels and the deployed memory setting are tested', () => {
  const decoys = [
    ...both(first(0, 400), first(400, 400), { level: 6 }),
    ...both(first(0, 200), first(200, 200), { memory: false }),
    ...both(first(0, 200), first(200, 200), { taskset: 'operators' }),
  ]
  const decision = judge(request([...both(first(100, 200), first(101, 200)), ...decoys]))
  assert.not(decision.promoted)
  assert.is(decision.n, 200)
  assert.match(
    decision.reason,
    /^kept: no evidence of improvement: addition level 5 .*p = 0\.5 > 0\.011; a true gain under \d\.\d points would have been missed/,
  )
  assert.ok(decision.minimumDetectableEffect > 0.03 && decision.minimumDetectableEffect < 0.05)
})

test('several frontier levels are one pooled test; without a frontier all levels are', () => {
  const arms = [...both(first(50, 100), first(80, 100)), ...both(first(20, 100), first(50, 100), { level: 6 })]
  const frontier = [5, 6].map((level) => ({ taskset: 'addition', level }))
  const pooled = judge(request(arms, { frontier }))
  assert.equal([pooled.n, pooled.wins, pooled.promoted, pooled.nonInferiority.length], [200, 60, true, 0])
  assert.match(pooled.reason, /^promoted: addition levels 5, 6 35\.0% to 65\.0%/)
  const all = judge(request(arms, { frontier: [] }))
  assert.equal([all.n, all.wins, all.promoted], [200, 60, true])
})

test('alpha is held over the run: looks spend it, promotions pass theirs on, what was withdrawn is spent', () => {
  const alphas = [[], [look(1)], [look(1, { promoted: true })], [look(1, { promoted: true, withdrawn: true })]].map(
    (looks) => judge(request(better, { looks })).alpha,
  )
  const [one, two, passed, withdrawn] = alphas as [number, number, number, number]
  assert.ok(two < one / 3 && passed > 0.01 && withdrawn === two, alphas.join(' '))
  // 7 wins: p = 0.0078, enough at the first look and not at the second
  const seven = both(first(50, 100), first(57, 100))
  assert.equal(
    [[], [look(1)]].map((looks) => judge(request(seven, { looks })).promoted),
    [true, false],
  )
  const spending = gate({ over: 'spending' }).decide(request(better, { looks: [look(1, { promoted: true })] }))
  assert.ok(spending.alpha === two && spending.rule === 'spending')
})

test('a bank is served only where it is shown to cost less than three points, at a level of its own ledger', () => {
  const { judgeBank } = gate()
  const verdict = (now: number, n: number, looks: Look[] = []) =>
    judgeBank({ old: [evaluation(first(n / 2, n), {})], new: [evaluation(first(now, n), {})], looks, seed: 1 })
  assert.equal([verdict(200, 400).kept, verdict(300, 400).kept, verdict(188, 400).kept], [true, true, false])
  assert.match(
    verdict(188, 400).reason,
    /^rolled back: incumbent with the new bank 47\.0%, with the old 50\.0% \(-3\.0 points, bound -\d\.\d\)/,
  )
  assert.not(verdict(20, 40).kept, 'forty tasks cannot show it')
  const kept = [look(1, { bank: { alpha: 0.01, kept: true } })]
  assert.ok(verdict(200, 400, kept).alpha > 0.01)
  assert.ok(verdict(200, 400, [look(1, { bank: { alpha: 0.01, kept: false } })]).alpha < 0.004)
  assert.is(verdict(200, 400, [look(1)]).alpha, verdict(200, 400).alpha, 'a round without a bank spends nothing of it')
})

test('early stopping: a large gain ends after few tasks, a hopeless one too; the test may then be looked at at any time', () => {
  const early = gate({ batches: 10 })
  const ask = (passed: number, n: number) => early.early?.stop(request(both(first(20, 200), first(passed, n)))) ?? null
  assert.match(ask(38, 40) ?? '', /^better: betting value .* after 40 tasks$/)
  assert.is(ask(22, 40), null)
  assert.match(ask(0, 120) ?? '', /^futile: after 120 tasks a gain of 3\.0 points is ruled out$/)
  const decision = early.decide(request(both(first(10, 200), first(38, 40)), { stopped: 'better' }))
  assert.equal(
    [decision.promoted, decision.n, decision.test, decision.stopped],
    [true, 40, 'betting value over tasks, one-sided', 'better'],
  )
  assert.ok(decision.ci[0] > 0)
})
test('gate always promotes whatever comes and keeps every bank, and says what the real gate would have done', () => {
  const worse = request([...both(first(60, 200), first(20, 200)), ...both(first(400, 400), first(0, 400), { level: 4 })])
  const decision = always().decide(worse)
  assert.ok(decision.promoted)
  assert.match(decision.reason, /^promoted: by gate always; the real one: kept: the candidate is worse: .* 30\.0% to 10\.0%/)
  assert.ok(always().judgeBank({ old: [evaluation(first(100, 100), {})], new: [evaluation(first(0, 100), {})], looks: [], seed: 1 }).kept)
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
  const helps = judge(request(arms(100), { frontier: [] }))
  assert.equal([helps.promoted, helps.arm, helps.wins], [false, 'memory on vs off', 40])
  assert.match(helps.reason, /^kept: nothing was trained; memory helps: /)
  const nothing = judge(request([evaluation(first(0, 20), { memory: false }), evaluation(first(0, 20), { memory: true })]))
  assert.match(nothing.reason, /^kept: no evidence of improvement: memory off to on/)
  assert.ok(nothing.minimumDetectableEffect > 0.3 && nothing.minimumDetectableEffect < 0.5)
  const alone = judge(request([evaluation(first(0, 20), { memory: false })]))
  Decision.parse(alone)
  assert.match(alone.reason, /^kept: no evidence of improvement: no task was attempted by both arms/)
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
    const looks: Look[] = []
    for (let round = 1; round <= 10; round++) {
      const { promoted, alpha: spent } = judge(request(both(draw(), draw()), { looks }))
      looks.push(look(round, { alpha: spent, promoted }))
    }
    if (looks.some(({ promoted }) => promoted)) runs++
  }
  assert.ok(runs <= alpha * 400, `${runs} of 400 runs`)
})

test('finds what is there: a gain of 20 points on 200 tasks in at least 90% of 200 gates, and a loss of 6 points below passes in at most 5%', () => {
  const next = random(99)
  let found = 0
  let slipped = 0
  const draw = (rate: number, n: number) =>
    Array.from({ length: n }, (_, i) => ({ task: `t${i}`, cluster: `t${i}`, attempts: 1, passed: attempt(rate, 1, next) }))
  for (let i = 0; i < 200; i++) {
    if (judge(request(both(draw(0.4, 200), draw(0.6, 200)))).promoted) found++
    if (judge(request([...both(draw(0.3, 200), draw(0.7, 200)), ...both(draw(0.99, 256), draw(0.93, 256), { level: 4 })])).promoted)
      slipped++
  }
  assert.ok(found >= 180, `${found} of 200`)
  assert.ok(slipped <= 10, `${slipped} of 200`)
})

test.run()
