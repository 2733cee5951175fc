import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random, type Evaluation, type Look } from '@whetstone/core'
import gate from '@whetstone/gates/gates/gate.ts'
import { acceptors, type Acceptor } from './acceptors.ts'
import { benchAcceptors } from './bench-acceptors.ts'
import { playReal, playRealBanks } from './play-real.ts'
import { showAcceptors } from './show-acceptors.ts'

const test = suite('acceptor bench')
const bench = benchAcceptors({ runs: 300, rounds: 20, n: 400, seed: 3 })

test('of 300 runs of 20 worthless candidates those that claim 2.5% promote in at most 4.5%, keeping what is higher in nearly all', () => {
  // 2.5% and two standard errors of 300 runs
  for (const { acceptor, world, holds, share } of bench.simulated) if (holds) assert.ok(share <= 0.045, `${acceptor}, ${world}: ${share}`)
  const of = (name: string) => bench.simulated.filter(({ acceptor }) => acceptor === name)
  assert.ok(of('keep if higher').every(({ share }) => share > 0.9))
  assert.ok(
    of('McNemar at 0.025 each round').some(({ share }) => share > 0.2),
    'twenty looks at full alpha add up',
  )
})

test('real outcomes: candidates that are not above the incumbent over all tasks are worthless, however they do on those that are drawn', () => {
  const next = random(9)
  const skill = Array.from({ length: 1000 }, () => next())
  const answer = (shift: number) => skill.map((p) => next() < p + shift)
  const models = Array.from({ length: 9 }, (_, i) => ({ name: `m${i}`, passed: answer((i - 4) * 0.004) }))
  const played = playReal(models, { runs: 200, rounds: 20, n: 400, seed: 1 })
  for (const { acceptor, holds, share } of played) if (holds) assert.ok(share <= 0.05, `${acceptor}: ${share}`)
  assert.ok((played.find(({ acceptor }) => acceptor === 'keep if higher')?.share ?? 0) > 0.5)
  // a bank that breaks one line in ten
  const banks = [0, 0.1, 0.12].map((broken, i) => ({ name: `b${i}`, passed: skill.map(() => next() >= broken) }))
  const [ours, naive] = playRealBanks(banks, { runs: 100, rounds: 20, n: 400, seed: 1 })
  assert.ok((ours?.share ?? 1) <= 0.05 && (naive?.share ?? 1) >= (ours?.share ?? 1))
})

test('lucky banks: the bound serves a bank that costs three points in at most 5% of runs, keeping what is not lower in most', () => {
  const [ours, naive] = bench.banks.map(({ share }) => share) as [number, number]
  assert.ok(ours <= 0.05, String(ours))
  assert.ok(naive > 0.5, String(naive))
})

test('power: spending alone is as published in the issue, fallback is never below it and keeps its level while rounds are promoted', () => {
  const power = (rule: string, history: string, round: number) =>
    bench.power.find(
      (row) =>
        row.rule === rule &&
        row.history === history &&
        row.round === round &&
        row.n === 400 &&
        row.discordance === 0.3 &&
        row.effect === 0.1,
    )?.power ?? NaN
  assert.equal(
    [1, 10, 30].map((round) => Math.round(100 * power('spending k^-2', 'kept', round))),
    [93, 49, 29],
  )
  for (const round of [1, 10, 30]) {
    assert.ok(power('online fallback', 'kept', round) >= power('spending k^-1.6', 'kept', round) - 1e-12)
    assert.ok(power('e-value at 1/alpha', 'kept', round) < power('spending k^-1.6', 'kept', round))
  }
  assert.ok(power('online fallback', 'promoted', 30) > 0.93)
})

test('the bench’s first acceptor decides as the gate of recipes does', () => {
  const ours = acceptors[0] as Acceptor
  const arm = (model: Evaluation['model'], passes: (i: number) => boolean): Evaluation => ({
    model,
    memory: false,
    split: 'validation',
    taskset: 'addition',
    level: 5,
    n: 100,
    passed: 0,
    passRate: 0,
    ci: [0, 1],
    outcomes: Array.from({ length: 100 }, (_, i) => ({ task: `t${i}`, cluster: `t${i}`, attempts: 1, passed: passes(i) ? 1 : 0 })),
  })
  const judge = gate()
  const looks: Look[] = []
  const bare = (): { alpha: number; promoted: boolean }[] => looks.map(({ alpha, promoted }) => ({ alpha, promoted }))
  for (const [round, wins] of [4, 9, 30, 7, 6, 14, 12, 2].entries()) {
    const losses = round % 3
    const decision = judge.decide({
      evaluations: [arm('incumbent', (i) => i >= wins && i < wins + losses), arm('candidate', (i) => i < wins)],
      references: [],
      frontier: [{ taskset: 'addition', level: 5 }],
      memory: false,
      bank: null,
      looks,
      stopped: null,
      seed: 1,
    })
    const { alpha, promoted } = ours.accepts({ wins, losses, n: 100 }, bare())
    assert.equal([decision.alpha, decision.promoted], [alpha, promoted], `round ${round + 1}`)
    looks.push({ round: round + 1, alpha, pValue: decision.pValue, promoted, withdrawn: false, bank: null })
  }
  assert.ok(looks.some(({ promoted }) => promoted) && looks.some(({ promoted }) => !promoted))
})

test('the tables say who was tried in which world', () => {
  const text = showAcceptors(bench)
  for (const { name } of acceptors) assert.ok(text.includes(name), name)
  assert.match(text, /Runs of 20 worthless candidates that promote any \(300 runs each, simulated\)/)
  assert.match(text, /Power, %: n 2000, discordance 0.3/)
})

test.run()
