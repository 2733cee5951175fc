import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Solution } from '@whetstone/core'
import bestOfN from './best-of-n.ts'
import { attempt, fakeModel, grade, sampling, solve, solvesItself } from '../contract.ts'
import direct from './direct.ts'

const test = suite('best-of-n')
solvesItself(test, bestOfN())
solvesItself(test, direct())

/** Answers in the order of asking. */
const inTurn = (...answers: string[]) => {
  const seeds = new Map<number, string>()
  return fakeModel(({ seed }) => seeds.get(seed) ?? (seeds.set(seed, answers[seeds.size] ?? ''), seeds.get(seed) as string))
}
const best = async (answers: string[], options: Parameters<typeof solve>[3] = {}) => {
  const { model, asked } = inTurn(...answers)
  const [solution] = (await solve(bestOfN({ n: answers.length }), [attempt(4)], model, options)) as [Solution]
  return { answer: solution.messages.at(-1)?.content, asked: asked.length, tokens: solution.tokens }
}

test('keeps the answer with the highest reward, the first of equals', async () => {
  assert.is((await best(['7', '', '8', '8 '], { grade })).answer, '8')
  assert.is((await best(['7', '9', ''], { grade })).answer, '7')
})
test('keeps the answer whose last line most share', async () => {
  assert.is((await best(['so\n#### 7', 'well\n#### 8', 'hm\n#### 8 '])).answer, 'well\n#### 8')
  assert.is((await best(['', '', '5'])).answer, '5')
})
test('pays for all and asks once when it is greedy', async () => {
  assert.equal(await best(['1', '2 3', '4']), { answer: '1', asked: 3, tokens: { prompt: 30, completion: 4 } })
  assert.is((await best(['1', '2', '3'], { sampling: { ...sampling, temperature: 0 } })).asked, 1)
})
test('one fault among the answers does not matter', async () => {
  let count = 0
  const { model } = fakeModel(() => (++count === 1 ? { fault: 'HTTP 500' } : '8'))
  const [solution] = (await solve(bestOfN(), [attempt(4)], model, { grade })) as [Solution]
  assert.is(solution.messages.at(-1)?.content, '8')
})

test.run()
