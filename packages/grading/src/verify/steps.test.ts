import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findSteps, gradeSteps, type Step } from './steps.ts'

const test = suite('steps')

const cases: [text: string, verdicts: Step['verdict'][]][] = [
  ['<<48/2=24>>', ['right']],
  ['48/2 = <<48/2=25>>25', ['wrong']],
  ['<<0.1*3=0.30000000000000004>> <<10/3=3.33>> <<2/3=0.66>>', ['rounded', 'rounded', 'rounded']],
  ['<<10/3=3>>', ['wrong']],
  ['<<20*.01=0.2>> <<50%*10=5>> <<1/4=25%>> <<1/4*100=25%>>', ['right', 'right', 'right', 'right']],
  ['So 5 x 3 = 15 apples.', ['right']],
  ['Total = $1,200 + $300 = $1,500.', ['right']],
  ['2+3=5+4=9', ['wrong', 'right']],
  ['\\frac{3}{4} \\times 8 = 6', ['right']],
  ['- 7*8 = 54', ['wrong']],
  ['1. 7*8 = 56', ['right']],
  ['There are 60 students x 2/3 = 40 students', []],
  ['8 x 1 1/2 = 12 rolls', []],
  ['$2.50 - $2.24 = 26 cents', []],
  ['100 - 20% = 80', []],
  ['x = 5', []],
  ['2x + 3 = 7', []],
  ['3/4 * 2 = 1 1/2', []],
]
for (const [text, verdicts] of cases)
  test(text, () =>
    assert.equal(
      findSteps(text).map((step) => step.verdict),
      verdicts,
    ),
  )

const rewards: [answer: string, reward: number, passed: boolean][] = [
  ['<<48/2=24>> <<48+24=72>> #### 72', 1, true],
  ['<<48/2=25>> <<48+25=73>> #### 73', 0.25, false],
  ['<<48/2=25>> <<48+24=72>> #### 72', 0.75, true],
  ['#### 72', 0.5, true],
  ['no idea', 0, false],
]
for (const [answer, reward, passed] of rewards)
  test(`${answer} is rewarded ${reward}`, () => {
    const grade = gradeSteps({ gold: '72', answer })
    assert.equal([grade.reward, grade.passed], [reward, passed])
    assert.not.match(grade.feedback, /72/)
  })

test('a bonus of 1 leaves the steps out', () => assert.is(gradeSteps({ gold: '72', answer: '<<1+1=2>> 71', bonus: 1 }).reward, 0))

test('hostile steps return', () => {
  for (const text of [
    '1+'.repeat(1e5) + '1=2',
    '('.repeat(1e5) + '=1',
    '9^9^9^9^9=1',
    '<<9^99999999=1>>',
    '1,'.repeat(5e4) + '=',
    '= '.repeat(5e4),
    ' '.repeat(1e5) + '=',
  ])
    assert.ok(findSteps(text).length < 1e6)
})

test('27,998 and more steps of GSM8K gold solutions, no false alarm', () => {
  const files = ['train', 'test'].map((name) => new URL(`../../../../../shared/data/gsm8k_${name}.jsonl`, import.meta.url))
  if (!files.every((file) => existsSync(file))) return console.log('SKIP steps: ../shared/data/gsm8k_train.jsonl not found')
  const answers = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { answer: string }).answer),
  )
  const steps = answers.filter((answer) => answer.includes('<<')).flatMap(findSteps)
  assert.ok(steps.length >= 27_998, `${steps.length} steps`)
  assert.equal(
    steps.filter((step) => step.verdict === 'wrong'),
    [],
  )
})

test.run()
