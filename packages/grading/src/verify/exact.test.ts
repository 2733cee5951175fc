import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { gradeExact } from './exact.ts'

const test = suite('exact')
const cases: [gold: string, answer: string, passed: boolean, reason: string][] = [
  ['731', '731', true, 'correct'],
  ['731', ' 731\n', true, 'correct'],
  ['731', '7310', false, 'wrong answer'],
  ['731', '0731', false, 'wrong answer'],
  ['731', ' ', false, 'no answer'],
]
for (const [gold, answer, passed, reason] of cases)
  test(`${JSON.stringify(answer)} against ${gold}: ${reason}`, () => {
    const grade = gradeExact({ gold, answer })
    assert.equal([grade.passed, grade.reward, grade.reason], [passed, passed ? 1 : 0, reason])
  })
test.run()
