import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeJson } from '@whetstone/core'
import { stopwatch } from './stopwatch.ts'

const test = suite('stopwatch')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-stopwatch-'))

test('sittings add up, one that was left in the middle too; what comes after stop is not counted', () => {
  const work = join(folder, 'work.seconds.json')
  writeJson(work, 100)
  assert.throws(() => {
    using _ = stopwatch(work)
    throw new Error('stopped')
  })
  const second = stopwatch(work)
  const told = second.stop()
  assert.ok(told > 100 && told < 110, String(told))
  assert.is(second.stop(), told)
  second[Symbol.dispose]()
  assert.ok(stopwatch(work).stop() >= told)
  assert.ok(stopwatch(join(folder, 'new/other.seconds.json')).stop() < 10)
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
