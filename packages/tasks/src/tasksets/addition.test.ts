import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Split } from '@whetstone/core'
import makeAddition, { additionTask } from './addition.ts'
import { provesItself } from '../contract.ts'

const addition = makeAddition()
const test = suite('addition')
provesItself(test, addition, { levels: [2, 3, 5], limit: 200 })
provesItself(test, { ...addition, load: (request) => addition.load({ ...request, levels: [25] }) }, { limit: 20 })

test('prompt and answer are reversed, carries and length included', () => {
  const cases: [string, string, string, string, number][] = [
    ['123', '456', '321+654=', '975', 3],
    ['99', '1', '99+1=', '001', 2],
    ['0', '0', '0+0=', '0', 1],
    ['90000000000000000001', '10000000000000000009', '10000000000000000009+90000000000000000001=', '010000000000000000001', 20],
  ]
  for (const [a, b, prompt, reference, level] of cases) {
    const task = additionTask(a, b)
    assert.equal([task.prompt, task.reference, task.level], [prompt, reference, level])
  }
})

test('a level holds operands of exactly that many digits', async () => {
  const tasks = await addition.load({ split: 'train', seed: 3, round: 1, levels: [4], limit: 300 })
  for (const task of tasks) assert.match(task.prompt, /^\d{3}[1-9]\+\d{3}[1-9]=$/)
})

test('level 1 gives the pairs it has', async () => {
  const load = (split: Split) => addition.load({ split, seed: 1, round: 1, levels: [1], limit: 500 })
  const all = await Promise.all((['train', 'validation', 'test'] as const).map(load))
  assert.is(all.flat().length, 100)
})

test('grades by digit in place', async () => {
  const task = additionTask('123', '456')
  const cases: [string, number, string][] = [
    ['975', 1, 'correct'],
    [' 975\n', 1, 'correct'],
    ['974', 1 / 3, 'wrong answer'],
    ['9751', 3 / 8, 'wrong answer'],
    ['97', 1 / 3, 'wrong answer'],
    ['000', 0, 'wrong answer'],
    ['9 75', 0, 'not a number'],
    ['', 0, 'no answer'],
  ]
  for (const [answer, reward, reason] of cases) {
    const grade = await addition.grade(task, answer)
    assert.ok(Math.abs(grade.reward - reward) < 1e-12, `${answer}: ${grade.reward}`)
    assert.is(grade.reason, reason)
  }
})

test.run()
