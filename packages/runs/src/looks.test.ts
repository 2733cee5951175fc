import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Look } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-looks-'))
process.env['WHETSTONE_ROOT'] = scratch
const { looksBefore, readLooks, recordLook, withdrawLooks } = await import('./looks.ts')
const test = suite('looks')
const look = (round: number, promoted = false): Look => ({ round, alpha: 0.01, pValue: 0.3, promoted, withdrawn: false, bank: null })
const shown = (run: string) =>
  readLooks(run).map(({ round, promoted, withdrawn }) => `${round}${promoted ? '+' : ''}${withdrawn ? ' withdrawn' : ''}`)

test('each round has one look, however often it is finished', () => {
  assert.equal(readLooks('a'), [])
  recordLook('a', look(1, true))
  recordLook('a', look(2))
  recordLook('a', look(2))
  assert.equal(shown('a'), ['1+', '2'])
  assert.equal(looksBefore('a', 2).length, 1)
})

test('a round that is done again after its validation attempts has spent a look, each time', () => {
  recordLook('b', look(1, true))
  for (let again = 0; again < 2; again++) withdrawLooks('b', { from: 2, open: look(2) })
  assert.equal(shown('b'), ['1+', '2 withdrawn', '2 withdrawn'])
  assert.equal(looksBefore('b', 2).length, 3)
  recordLook('b', look(2, true))
  assert.equal(shown('b'), ['1+', '2 withdrawn', '2 withdrawn', '2+'])
})

test('rounds that are undone stay looked at', () => {
  for (const round of [1, 2, 3]) recordLook('c', look(round, true))
  withdrawLooks('c', { from: 2, open: null })
  assert.equal(shown('c'), ['1+', '2+ withdrawn', '3+ withdrawn'])
  recordLook('c', look(2))
  assert.equal(shown('c'), ['1+', '2+ withdrawn', '3+ withdrawn', '2'])
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
