import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import { levelOfLook, levelRules, type LevelRule, type PastLook } from './level-of-look.ts'

const test = suite('the level of a look')
/** Levels of the looks of a run in which look k promotes where `promotes` says so. */
function levels(rule: LevelRule, promotes: readonly boolean[]): number[] {
  const looks: PastLook[] = []
  for (const promoted of promotes) looks.push({ alpha: levelOfLook(rule, 0.025, looks), promoted })
  return looks.map(({ alpha }) => alpha)
}
const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)

test('spending: the levels of all looks sum to alpha', () => {
  let sum = 0
  for (let k = 1; k <= 2_000_000; k++) sum += k ** -1.6
  // what is left of the series beyond k is k^-0.6 / 0.6
  assert.ok(Math.abs(sum + 2_000_000 ** -0.6 / 0.6 - 2.28576566568013) < 1e-9)
  const spent = levels('spending', new Array<boolean>(300).fill(true))
  assert.ok(Math.abs((spent[0] as number) - 0.010937) < 1e-6)
  assert.ok(total(spent) < 0.025)
})

test('fallback: a promotion passes its level on, a kept round does not', () => {
  const [first, second, third, fourth] = levels('fallback', [true, true, false, false]) as [number, number, number, number]
  const own = levels('spending', [false, false, false, false]) as [number, number, number, number]
  const close = (got: number, want: number) => assert.ok(Math.abs(got - want) < 1e-12, `${got}, wanted ${want}`)
  close(second, first + own[1])
  close(third, second + own[2])
  close(fourth, own[3])
  assert.ok((levels('fallback', new Array<boolean>(200).fill(true)).at(-1) as number) < 0.025)
})

test('fallback: whatever is promoted rightly, the looks that are worthless get no more than alpha together', () => {
  const next = random(3)
  for (let run = 0; run < 200; run++) {
    const good = Array.from({ length: 40 }, () => next() < 0.5)
    const given = levels('fallback', good)
    assert.ok(total(given.filter((_, k) => !good[k])) <= 0.025)
  }
})

for (const rule of levelRules)
  test(`${rule}: every level lies in (0, alpha]`, () => {
    for (const level of levels(rule, [false, false, true, false, true, true, ...new Array<boolean>(60).fill(false)]))
      assert.ok(level > 0 && level <= 0.025, String(level))
  })

test.run()
