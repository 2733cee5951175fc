import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import { operations } from '@whetstone/tasks'
import addition from '@whetstone/tasks/tasksets/addition.ts'
import { drawQuestions } from './seed-measure.ts'
import { drawRows } from './seed-rows.ts'
import { seedCharacters } from './seed-spec.ts'

const test = suite('seed-rows')
const sums = (rows: { prompt: string }[]) => rows.filter(({ prompt }) => prompt.includes('+'))
const digits = (prompt: string) => prompt.indexOf('+')

test('rows are right, readable and no longer than the lesson', () => {
  for (const { prompt, completion } of drawRows(random(1), 3000, { top: 4, phase: 'climb' })) {
    for (const character of prompt + completion) assert.ok(seedCharacters.includes(character), character)
    const reverse = (text: string) => [...text].reverse().join('')
    if (prompt.includes('+')) {
      const [a = '', b = ''] = prompt.slice(0, -1).split('+').map(reverse)
      assert.is(reverse(completion), String(Number(a) + Number(b)))
      assert.ok(a.length <= 4 && a.length === b.length)
      continue
    }
    const [, lineKey, name, x, key, y] = /^(?:([a-z]{2})=([a-z]);)?(\d)([a-z]{2})(\d)=$/.exec(prompt) ?? []
    assert.ok(key, prompt)
    assert.match(completion, /^\d$/)
    if (lineKey === key) assert.is(completion, String(operations[name as string]?.(Number(x), Number(y))))
  }
})

test('5 digits come in a lesson that tastes them, and rarely', () => {
  const rows = drawRows(random(2), 20_000, { top: 4, phase: 'taste' })
  const tasted = sums(rows).filter(({ prompt }) => digits(prompt) === 5).length
  assert.ok(tasted > 20 && tasted < 100, `${tasted}`)
  assert.is(sums(drawRows(random(2), 5000, { top: 4, phase: 'settle' })).filter(({ prompt }) => digits(prompt) > 4).length, 0)
})

test('the same seed draws the same rows', () => {
  assert.equal(drawRows(random(3), 50, { top: 3, phase: 'climb' }), drawRows(random(3), 50, { top: 3, phase: 'climb' }))
})

test('no lesson holds a sum that is asked', async () => {
  const asked = new Set(
    drawQuestions(1, () => 500)
      .map(({ prompt }) => prompt)
      .filter((prompt) => prompt.includes('+')),
  )
  for (const { prompt } of sums(drawRows(random(4), 20_000, { top: 2, phase: 'climb' }))) assert.not(asked.has(prompt), prompt)
  const train = await addition().load({ split: 'train', seed: 1, round: 1, levels: [2], limit: 3000 })
  for (const { prompt } of train) assert.not(asked.has(prompt), prompt)
})

test.run()
