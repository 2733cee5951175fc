import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { gradeNumber, readNumber, verifyNumber } from './number.ts'

const test = suite('number')

const cases: [gold: string, answer: string, correct: boolean][] = [
  ['#### 72', 'She sold 48/2 = 24, so 48+24 = 72 clips.', true],
  ['72', '#### 72\n\nLet me know if you have 3 more questions.', true],
  ['72', 'The answer is 72. There were 2 months.', true],
  ['40', 'The answer is 5 * 8 = 40.', true],
  ['18', '\\boxed{18} is what she makes on 7 days', true],
  ['1,450', 'They have $1450', true],
  ['1450', 'They have $1,450.00.', true],
  ['1450', '1{,}450', true],
  ['-3', 'The change is -3', true],
  ['3', 'We get 16-3', true],
  ['-3', 'We get 16-3', false],
  ['7', 'Answer: 7 apples, of which 2 are red', true],
  ['12', 'There are 12.', true],
  ['0.5', '1/2', true],
  ['1/3', 'about 0.3333', true],
  ['1/3', 'about 0.33', false],
  ['2/3', '0.6666', false],
  ['28%', '28', true],
  ['28%', '0.28', true],
  ['28%', '2.8', false],
  ['5', '5.0001', false],
  ['72', '73', false],
  ['72', '720', false],
  ['72', '7,2', false],
  ['72', 'no idea', false],
  ['72', '', false],
]
for (const [gold, answer, correct] of cases)
  test(`${JSON.stringify(answer)} ${correct ? 'is' : 'is not'} ${gold}`, () => assert.is(verifyNumber({ gold, answer }).correct, correct))

test('a grade says what was read and never the reference', () => {
  const grade = gradeNumber({ gold: '4711', answer: 'It is 12' })
  assert.equal([grade.passed, grade.reward, grade.reason], [false, 0, 'wrong answer'])
  assert.match(grade.feedback, '12')
  assert.not.match(grade.feedback, '4711')
  assert.is(gradeNumber({ gold: '4711', answer: 'none' }).reason, 'no answer')
})

test('a gold answer without a number cannot be graded', () => {
  assert.is(readNumber('blue'), null)
  assert.match(verifyNumber({ gold: 'blue', answer: '3' }).reason, /^cannot grade/)
})

test('a million digits are not read', () => {
  assert.equal(verifyNumber({ gold: '7', answer: '7'.repeat(1e6) }).reason, 'not a number')
})

test('GSM8K model solutions: 5276 of 5276 recorded verdicts', () => {
  const file = new URL('../../../../../shared/data/gsm8k_model_solutions.jsonl', import.meta.url)
  if (!existsSync(file)) return console.log('SKIP number: ../shared/data/gsm8k_model_solutions.jsonl not found')
  let agreed = 0
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const row = JSON.parse(line) as Record<string, { solution: string; is_correct: boolean }> & { ground_truth: string }
    for (const model of ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification']) {
      const { solution, is_correct } = row[model] as { solution: string; is_correct: boolean }
      if (verifyNumber({ gold: row.ground_truth, answer: solution }).correct === is_correct) agreed++
    }
  }
  assert.is(agreed, 5276)
})

test.run()
