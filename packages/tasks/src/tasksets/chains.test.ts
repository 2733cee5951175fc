import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Split } from '@whetstone/core'
import { random } from '@whetstone/core'
import makeChains, { chainTask } from './chains.ts'
import type { Chain } from '../chains/chain.ts'
import { drawChain, readChain, traceText } from '../chains/chain.ts'
import { provesItself } from '../contract.ts'

const chains = makeChains()
const test = suite('chains')
provesItself(test, chains, { levels: [1, 2, 3, 5], limit: 200 })
provesItself(test, { ...chains, load: (request) => chains.load({ ...request, levels: [30] }) }, { limit: 20 })

const task = (text: string) => chainTask(readChain(text) as Chain)

test('prompt, answer and level of known chains', () => {
  const cases: [string, string, number][] = [
    ['3+5*2-1', '3+5=1;1*2=2;2-1=1;#1', 3],
    ['0-1', '0-1=6;#6', 1],
    ['6*6+6', '6*6=1;1+6=0;#0', 2],
    ['4', '#4', 0],
  ]
  for (const [text, reference, level] of cases) {
    const { prompt, ...made } = task(text)
    assert.equal([prompt, made.reference, made.level], [`${text}?`, reference, level])
  }
})

test('a level holds chains of exactly that many operations; level 1 gives the chains it has', async () => {
  for (const level of [1, 4, 12]) {
    const tasks = await chains.load({ split: 'train', seed: 3, round: 1, levels: [level], limit: 100 })
    for (const { prompt } of tasks) assert.is(prompt.match(/[-+*]/g)?.length, level)
  }
  const load = (split: Split) => chains.load({ split, seed: 1, round: 1, levels: [1], limit: 500 })
  assert.is((await Promise.all((['train', 'validation', 'test'] as const).map(load))).flat().length, 147)
})

test('one trace is valid, and one change of a character makes it invalid', async () => {
  const { reference, ...rest } = task('3+5*2')
  const characters = [...'0123456789+-*=;#?']
  for (let place = 0; place <= reference.length; place++) {
    for (const character of characters) {
      for (const changed of [
        reference.slice(0, place) + character + reference.slice(place),
        reference.slice(0, place) + character + reference.slice(place + 1),
        reference.slice(0, place) + reference.slice(place + 1),
      ]) {
        const { passed } = await chains.grade({ ...rest, reference }, changed)
        assert.is(passed, changed === reference, changed)
      }
    }
  }
})

test('outcome, steps and format are graded apart', async () => {
  const cases: [string, Record<string, number>, string][] = [
    ['3+5=1;1*2=2;2-1=1;#1', { answer: 1, steps: 1, before: 1, format: 1 }, 'correct'],
    ['3+5=1;1*2=3;3-1=2;#2', { answer: 0, steps: 1 / 3, before: 1 / 3, format: 1 }, 'wrong value at step 2'],
    ['3+5=1;1*2=3;2-1=1;#1', { answer: 1, steps: 2 / 3, before: 1 / 3, format: 1 }, 'right result, invalid trace: value at step 2'],
    ['#1', { answer: 1, steps: 0, before: 0, format: 1 }, 'right result, invalid trace: order at step 1'],
    ['3+5=1;1*2=2;2-1=1', { answer: 0, steps: 1, before: 1, format: 0 }, 'wrong format at step 4'],
    ['1', { answer: 0, steps: 0, before: 0, format: 0 }, 'no answer'],
  ]
  for (const [trace, parts, reason] of cases) {
    const grade = await chains.grade(task('3+5*2-1'), trace)
    assert.equal([grade.parts, grade.reason], [parts, reason], trace)
    assert.is(grade.passed, reason === 'correct')
    assert.ok(grade.passed ? grade.reward === 1 : grade.reward < 0.9)
  }
})

test('checks what is under way without the reference', () => {
  const { reference: _, ...shown } = task('3+5*2-1')
  const cases: [string, { right: boolean; share: number; complete: boolean }][] = [
    ['', { right: true, share: 0, complete: false }],
    ['3+5', { right: true, share: 0, complete: false }],
    ['3+5=1;', { right: true, share: 1 / 3, complete: false }],
    ['3+5=1;1*2=3;', { right: false, share: 2 / 3, complete: false }],
    ['3+5=1;1*2=2;2-1=1;', { right: true, share: 1, complete: false }],
    ['3+5=1;1*2=2;2-1=1;#1', { right: true, share: 1, complete: true }],
    ['3+5=1;1*2=2;2-1=1;#2', { right: false, share: 1, complete: false }],
    ['3+5=1;1*2=2;#2', { right: false, share: 2 / 3, complete: false }],
  ]
  for (const [partial, verdict] of cases) assert.equal(chains.verify(shown, partial), verdict, partial)
  assert.not(chains.verify({ ...shown, prompt: 'a?' }, '').right)
})

test('every valid trace is verified whole, at every step', () => {
  const next = random(5)
  for (let i = 0; i < 200; i++) {
    const chain = drawChain(next, 1 + (i % 12))
    const { reference: _, ...shown } = chainTask(chain)
    const steps = traceText(chain).split(';')
    for (let done = 0; done < steps.length; done++) {
      const partial = steps
        .slice(0, done)
        .map((step) => `${step};`)
        .join('')
      assert.ok(chains.verify(shown, partial).right)
    }
    assert.ok(chains.verify(shown, traceText(chain)).complete)
  }
})

test.run()
