import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { splitChoices } from './split-choices.ts'

const test = suite('split choices')
for (const [cell, texts, labels] of [
  ['A) 126 | B) 116 | C) 115 | D) 117', ['126', '116', '115', '117'], ['A', 'B', 'C', 'D']],
  ['A. one; B. two; C. three', ['one', 'two', 'three'], ['A', 'B', 'C']],
  ['(A) one (B) two', ['one', 'two'], ['A', 'B']],
  ['A) 1, B) 2, C) 3', ['1', '2', '3'], ['A', 'B', 'C']],
  ['a ) 38 , b ) 27.675 , c ) 30', ['38', '27.675', '30'], ['A', 'B', 'C']],
  ['A: yes\nB: no', ['yes', 'no'], ['A', 'B']],
  ["['132', '131', '141']", ['132', '131', '141'], []],
  ["['it\\'s', \"two\"]", ["it's", 'two'], []],
  ["['one' 'two'\n 'three']", ['one', 'two', 'three'], []],
  ["array(['one', 'two'], dtype=object)", ['one', 'two'], []],
  ['[1, 2.5]', ['1', '2.5'], []],
  ["('one', 'two')", ['one', 'two'], []],
  ['126|116|115', ['126', '116', '115'], []],
  ['red\ngreen', ['red', 'green'], []],
  ['yes;no', ['yes', 'no'], []],
  ['one alone', null, null],
  ['', null, null],
  ['A) one', null, null],
  ['yes; no;', null, null],
] as const)
  test(JSON.stringify(cell), () => {
    const found = splitChoices(cell)
    assert.equal(found && [found.texts, found.labels], texts && [[...texts], [...labels]])
  })
test.run()
