import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { binomialTail } from './binomial.ts'
import { criticalWins, mcnemarPower } from './mcnemar-power.ts'
import { minimumDetectableEffect, powerAt } from './minimum-detectable-effect.ts'
import { powerTable } from './power-table.ts'
import { requiredTasks } from './required-tasks.ts'
import { holm } from './holm.ts'

const test = suite('power and multiplicity')
const near = (got: number, want: number, tolerance: number) => assert.ok(Math.abs(got - want) <= tolerance, `${got}, wanted ${want}`)

test('power of exact McNemar: G*Power 3.1 manual, odds ratio 0.25, 0.4 discordant, n = 50, one-sided 0.05: power 0.8393, actual alpha 0.032578', () => {
  near(mcnemarPower({ n: 50, win: 0.32, loss: 0.08, alpha: 0.05 }), 0.8393, 1e-4)
  near(mcnemarPower({ n: 50, win: 0.2, loss: 0.2, alpha: 0.05 }), 0.032578, 1e-6)
})

test('critical values are the binomial test’s: 5 of 5, 9 of 10, 15 of 20 at 0.05; none of 4', () => {
  assert.equal(
    [5, 10, 20, 4].map((m) => criticalWins(m, 0.05)),
    [5, 9, 15, 5],
  )
  // the least at which the tail is within alpha, whatever the size; a tail of just alpha rejects
  for (const m of [1, 49, 997, 200_001])
    for (const alpha of [0.4, 0.025, 1e-4, 1e-18]) {
      const wins = criticalWins(m, alpha)
      assert.ok(wins > m || binomialTail(wins, m, 0.5) <= alpha, `${m} ${alpha}`)
      assert.ok(binomialTail(wins - 1, m, 0.5) > alpha, `${m} ${alpha}`)
    }
  assert.is(criticalWins(49, 0.5), 25)
})

test('the detectable effect has just the power it claims, and shrinks with n', () => {
  for (const question of [
    { n: 100, discordance: 0.24, alpha: 0.025 },
    { n: 750, discordance: 0.1, alpha: 0.006 },
    { n: 40, discordance: 0, alpha: 0.025 },
  ]) {
    const effect = minimumDetectableEffect(question)
    near(powerAt(effect, question.n, question.discordance, question.alpha), 0.8, 2e-3)
    assert.ok(minimumDetectableEffect({ ...question, n: question.n * 2 }) < effect)
  }
  assert.is(minimumDetectableEffect({ n: 4, discordance: 0.5, alpha: 0.025 }), 1, 'four tasks show nothing')
  assert.is(minimumDetectableEffect({ n: 0, discordance: 0, alpha: 0.025 }), 1)
})

test('the seed project’s 8 points at 24% discordance need more than three times its 100 problems', () => {
  const n = requiredTasks({ effect: 0.08, discordance: 0.24, alpha: 0.025 })
  assert.ok(n > 290 && n < 340, String(n))
  assert.ok(powerAt(0.08, 100, 0.24, 0.025) < 0.4)
})

test('required tasks follow Connor’s formula where it holds, and the exact power', () => {
  // Connor 1987: (1.96 sqrt(.2) + .8416 sqrt(.2 - .05²))² / .05² = 622
  // the exact test is conservative and asks for a little more
  const connor = requiredTasks({ effect: 0.05, discordance: 0.2, alpha: 0.025 })
  assert.ok(connor >= 622 && connor < 622 * 1.08, String(connor))
  const n = requiredTasks({ effect: 0.2, discordance: 0.3, alpha: 0.025 })
  assert.ok(powerAt(0.2, n, 0.3, 0.025) >= 0.8)
  near(requiredTasks({ effect: 0.001, discordance: 0.2, alpha: 0.025 }) / 1_569_700, 1, 1e-2)
  assert.throws(() => requiredTasks({ effect: 0, discordance: 0.2, alpha: 0.025 }), /between 0 and 1/)
})

test('clusters that move together need proportionally more tasks', () => {
  const plain = powerTable({ n: 400, discordance: 0.2, alpha: 0.025 })
  const clustered = powerTable({ n: 400, discordance: 0.2, alpha: 0.025, designEffect: 4 })
  for (const [row, one] of plain.entries()) {
    assert.ok(clustered[row]!.power <= one.power)
    assert.is(clustered[row]!.needed, one.needed * 4)
  }
})

test('Holm: as R’s p.adjust(method = "holm")', () => {
  const cases: [number[], number[]][] = [
    [
      [0.01, 0.02, 0.03, 0.04, 0.05],
      [0.05, 0.08, 0.09, 0.09, 0.09],
    ],
    [
      [0.04, 0.001, 0.5],
      [0.08, 0.003, 0.5],
    ],
    [
      [0.9, 0.8],
      [1, 1],
    ],
    [[], []],
  ]
  for (const [raw, adjusted] of cases) for (const [i, p] of holm(raw).entries()) near(p, adjusted[i] as number, 1e-12)
})

test.run()
