import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkFormat, gradeFormat, taggedAnswer } from './format.ts'
import { gradeNumber } from './number.ts'

const test = suite('format')
const layout = { tags: ['think', 'answer'], answer: 'answer' }

const cases: [output: string, score: number, problem: RegExp | null][] = [
  ['<think>2+2</think>\n<answer>4</answer>', 1, null],
  ['<think>2+2</think><answer>4', 0.5, /<\/answer> is missing/],
  ['<answer>4</answer>', 0.5, /<think> is missing/],
  ['4', 0, /missing/],
  ['<answer>4</answer><think>2+2</think>', 0.5, /out of order/],
  ['<think></think><answer>4</answer>', 0.5, /<think> is empty/],
  ['<think>a</think><answer>4</answer><answer>5</answer>', 0.5, /more than once/],
  ['Sure! <think>a</think><answer>4</answer>', 0.5, /outside the tags/],
]
for (const [output, score, problem] of cases)
  test(`${output} scores ${score}`, () => {
    const checked = checkFormat(output, layout)
    assert.is(checked.score, score)
    if (problem) assert.match(checked.problems.join(), problem)
    else assert.equal(checked.problems, [])
  })

test('the last answer tag is what is graded, or all of the output', () => {
  assert.is(taggedAnswer('<answer>1</answer> no <answer> 4 </answer>', layout), '4')
  assert.is(taggedAnswer('<answer>4', layout), '4')
  assert.is(taggedAnswer('It is 4', layout), 'It is 4')
})

const grade = (gold: string) => (answer: string) => gradeNumber({ gold, answer })
const combined: [output: string, reward: number, passed: boolean][] = [
  ['<think>7</think><answer>4</answer>', 1, true],
  ['It is 4', 0.8, true],
  ['<think>4</think><answer>7</answer>', 0.2, false],
  ['7', 0, false],
]
for (const [output, reward, passed] of combined)
  test(`${output} is rewarded ${reward}`, async () => {
    const { reward: got, passed: gotPassed, parts } = await gradeFormat(output, layout, grade('4'))
    assert.ok(Math.abs(got - reward) < 1e-12)
    assert.is(gotPassed, passed)
    assert.type(parts['format'], 'number')
  })

test.run()
