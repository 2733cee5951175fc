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
  writeJson(join(folder, 'work.seconds.json'), 100)
  assert.throws(() => {
    using _ = stopwatch({ folder }, 'work')
    throw new Error('stopped')
  })
  const second = stopwatch({ folder }, 'work')
  const told = second.stop()
  assert.ok(told > 100 && told < 110, String(told))
  assert.is(second.stop(), told)
  second[Symbol.dispose]()
  assert.ok(stopwatch({ folder }, 'work').stop() >= told)
  assert.ok(stopwatch({ folder }, 'other').stop() < 10)
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
