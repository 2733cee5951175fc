import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { provesItself } from '../contract.ts'
import makeLastLetters, { readLetters } from './last-letters.ts'

const lastLetters = makeLastLetters()
const test = suite('last-letters')
provesItself(test, lastLetters, { levels: [2, 5], limit: 60 })

const cases: [answer: string, letters: string | null][] = [
  ['The last letter of "Ada" is "a", of "Brown" is "n". Answer: an', 'an'],
  ['The answer is "an".', 'an'],
  ['**Answer:** an', 'an'],
  ['The answer is a-n.', 'an'],
  ['Answer: A N', 'an'],
  ['so \\boxed{\\text{an}}', 'an'],
  ['Put together they give "an"', 'an'],
  ['an', 'an'],
  ['Müller gives r: answer: r', 'r'],
  ['12', null],
]
for (const [answer, letters] of cases) test(`${JSON.stringify(answer)} gives ${letters}`, () => assert.is(readLetters(answer), letters))

test('half the reward for letters in their place', async () => {
  const [task] = await lastLetters.load({ split: 'train', seed: 3, round: 1, levels: [4], limit: 1 })
  const wrong = `${task?.reference.slice(0, 3)}${task?.reference[3] === 'x' ? 'y' : 'x'}`
  const grade = await lastLetters.grade(task!, `Answer: ${wrong}`)
  assert.equal([grade.reward, grade.passed, grade.feedback], [0.375, false, 'Letter 4 is the first wrong one.'])
})

test.run()
