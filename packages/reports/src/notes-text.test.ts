import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { AttemptNotes } from '@whetstone/core'
import { notesText, stagesText } from './notes-text.ts'

const test = suite('notes text')

test('nothing is said where there is nothing, or an older round does not tell', () => {
  assert.equal(notesText({ notes: AttemptNotes.parse({}), bucket: null }), [])
  assert.equal(notesText({}), [])
  assert.equal(stagesText(null), [])
})

test('invalid traces, teachers, leaks, rewrites, budgets and the bucket list are said', () => {
  const notes = { invalid: 12, hinted: 1, leaks: 2, rewrites: 1, stopped: 3, taught: { prompt: 900, completion: 80 } }
  const spent = { prompt: 5000, completion: 600, money: 0.12345 }
  assert.equal(notesText({ notes, bucket: { size: 7, retried: 5, left: 4 }, spent }), [
    '12 right answers had an invalid trace and did not pass',
    'teachers read 900 and wrote 80 tokens',
    'teachers at endpoints have used 5600 tokens in this run so far, which cost 0.1235 by the price given',
    '1 answer was written with the right one as a hint',
    '2 critiques that told the answer were withheld',
    "1 teacher's rewrite had not the form of an answer and was dropped",
    '3 attempts ended with the budget, with the best answer so far',
    'bucket list: 7 unsolved, 5 of the earlier ones attempted again, 4 of these solved',
  ])
})

test('stages are told in their order', () => {
  const stages = [
    { stage: 'llama-train dpo', on: 'harvest' as const, seconds: 2, steps: 10, finalLoss: 0.5 },
    { stage: 'verify', seconds: 1, attempted: 4, passed: 3 },
    { stage: 'llama-train sft', on: 'verified' as const, seconds: 0, steps: 0 },
  ]
  assert.equal(stagesText({ trainer: '', steps: 10, seconds: 3, finalLoss: 0.5, stages }), [
    'llama-train dpo: 10 steps, loss 0.5000, 2s',
    'verification: 3 of 4 trained tasks solved again without help (75.0%)',
    'llama-train sft on what was verified: no rows',
  ])
})

test.run()
