import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { finalAnswer, type FinalAnswer } from './answer-of.ts'

const test = suite('finalAnswer')
for (const [text, how, wanted] of [
  ['so \\boxed{\\frac{1}{2}} it is', 'auto', '\\frac{1}{2}'],
  ['2+2=4\n#### 4', 'auto', '4'],
  ['First. The answer is 12.', 'auto', '12'],
  ['step\n  Forty  Two ', 'auto', 'forty two'],
  ['3 apples, then 1,204.5 more', 'last-number', '1204.5'],
  ['no figure', 'last-number', ''],
  ['A  B', 'whole', 'a b'],
  ['one\ntwo', 'last-line', 'two'],
  ['', 'auto', ''],
] as [string, FinalAnswer, string][])
  test(`${JSON.stringify(text)} by ${how}`, () => assert.is(finalAnswer(text, how), wanted))
test.run()
