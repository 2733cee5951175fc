import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const folder = mkdtempSync(join(tmpdir(), 'whetstone-incumbent-'))
process.env['WHETSTONE_ROOT'] = folder
const { weightless } = await import('@whetstone/core')
const { checkIncumbent } = await import('./check-incumbent.ts')
const { roundFiles, runFiles } = await import('./run-files.ts')
const { writeIncumbent } = await import('./incumbent.ts')

const test = suite('check incumbent')
const model = {
  id: 'm',
  name: 'm',
  ...weightless,
}
const incumbent = (round: number) => ({ round, model, bank: null, frontier: null, best: [], looks: 0 })
const put = (file: string, text = '{}') => (mkdirSync(dirname(file), { recursive: true }), writeFileSync(file, text))

test('a record of what is served that is gone or older than the last decision is a question', () => {
  checkIncumbent('fresh')
  for (const round of [1, 2, 3]) put(roundFiles('a', round).round)
  assert.throws(() => checkIncumbent('a'), /has decided 3 rounds, but .*run\.json.* is missing: bring it back, or begin/)
  put(runFiles('a').record)
  assert.throws(() => checkIncumbent('a'), /incumbent\.json.* is missing: put it back with npx nx run loops:rollback --run=a --to=3/)
  writeIncumbent('a', incumbent(1))
  assert.throws(() => checkIncumbent('a'), /incumbent\.json is that of round 1: put it back/)
  for (const round of [2, 3]) {
    writeIncumbent('a', incumbent(round))
    checkIncumbent('a')
  }
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
