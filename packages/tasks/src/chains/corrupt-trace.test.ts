import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import { drawChain, traceText } from './chain.ts'
import type { ErrorCategory } from './check-trace.ts'
import { checkTrace } from './check-trace.ts'
import { corruptTrace } from './corrupt-trace.ts'
import { critiqueText, readCritique } from './critique.ts'

const test = suite('corrupt-trace')
const categories: ErrorCategory[] = ['value', 'operation', 'operand', 'order', 'format']

test('errors are found where they are and named by category', () => {
  const valid = '3+5=1;1*2=2;2-1=1;#1'
  const cases: [string, number, string, ErrorCategory][] = [
    ['3+5=2;2*2=4;4-1=3;#3', 1, '3+5=2', 'value'],
    ['3+5=1;1+2=3;3-1=2;#2', 2, '1+2=3', 'operation'],
    ['3+5=1;1*4=4;4-1=3;#3', 2, '1*4=4', 'operand'],
    ['3+5=1;2*2=4;4-1=3;#3', 2, '2*2=4', 'operand'],
    ['3+5=1;1-1=0;#0', 2, '1-1=0', 'order'],
    ['3+5=1;1+5=6;6*2=5;#5', 2, '1+5=6', 'order'],
    ['3+5=1;1*2=2;#2', 3, '#2', 'order'],
    ['3+5=1;1*2=2;2-1=1;1-1=0;#0', 4, '1-1=0', 'order'],
    ['3+5=1;1*2=2;2-1=1;#5', 4, '#5', 'value'],
    ['3+5=1;1*2=2;2-1', 3, '2-1', 'format'],
    ['3+5=1;1*2=2;2-1=1;', 4, '', 'format'],
    ['3+5=1;1*2=2;2-1=1;#1;', 5, '', 'format'],
    ['hello', 1, 'hello', 'format'],
    ['', 1, '', 'format'],
  ]
  for (const [trace, step, written, category] of cases) assert.equal(checkTrace(valid, trace).error, { step, written, category }, trace)
  assert.is(checkTrace(valid, valid).error, null)
})

test('corrupts in the way that is asked for, from every level', () => {
  const next = random(1)
  for (const category of categories) {
    for (let i = 0; i < 200; i++) {
      const chain = drawChain(next, 1 + (i % 8))
      assert.is(checkTrace(traceText(chain), corruptTrace(next, chain, category)).error?.category, category)
    }
  }
})

test('a critique is read as it was written', () => {
  for (const category of categories) {
    const error = { step: 2, written: category === 'format' ? '' : '1*2=3', category }
    assert.equal(readCritique(critiqueText(error)), { written: error.written, category })
  }
  assert.equal(readCritique(critiqueText(null)), { written: '', category: null })
  assert.is(readCritique('1*2=3'), null)
})

test.run()
