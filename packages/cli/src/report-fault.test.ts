import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-fault-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['SOME_API_KEY'] = 'key-of-ours-123456'
const { BadInput, explainSystemError, makeFolder, writeJson } = await import('@whetstone/core')
const { reportFault } = await import('./report-fault.ts')

const test = suite('report a fault')

test('a report holds command, versions and causes, and no secret', () => {
  const error = new Error('broke with key-of-ours-123456', { cause: new Error('Bearer abcdefgh12345678 \u001b[2J') })
  const file = reportFault('loops:cycle', ['--endpoint=https://me:hidden@host/v1'], error) as string
  const text = readFileSync(file, 'utf8')
  assert.match(text, /^whetstone \d.*Node v\d/)
  assert.match(text, /\$ "loops:cycle" "--endpoint=https:\/\/\[secret\]@host\/v1"/)
  assert.match(text, /caused by Error: Bearer \[secret\]/)
  assert.not.match(text, /key-of-ours|hidden|abcdefgh12345678|\u001b/)
})

const codes: [code: string, remedy: RegExp][] = [
  ['ENOENT', /check the path/],
  ['ENOSPC', /the disk is full: free some space/],
  ['EDQUOT', /quota/],
  ['EROFS', /read-only: mount it for writing/],
  ['EACCES', /permission is missing: check who owns/],
  ['EPERM', /not allowed/],
  ['EMFILE', /ulimit -n/],
  ['EADDRINUSE', /port is taken: give another one with --port/],
  ['EIO', /system log/],
  ['ENOMEM', /--concurrency/],
]
for (const [code, remedy] of codes)
  test(`${code} is a sentence with a remedy, no fault of ours`, () => {
    const explained = explainSystemError(Object.assign(new Error('x'), { code, path: '/a/b' }))
    assert.instance(explained, BadInput)
    assert.match((explained as Error).message, remedy)
    assert.match((explained as Error).message, /^\/a\/b: .*\([A-Z]+\)$/)
  })

function failureOf(work: () => unknown): unknown {
  try {
    return void work()
  } catch (error) {
    return error
  }
}
test('a real one too, and what the system does not refuse stays what it is', () => {
  try {
    openSync(join(scratch, 'reports', 'faults'), 'w')
    assert.unreachable()
  } catch (error) {
    assert.match((explainSystemError(error) as Error).message, /reports\/faults: it is a folder/)
  }
  for (const path of [scratch, `${scratch}/x/`]) assert.throws(() => writeJson(path, 1), /a folder: give the name of a file in it/)
  if (process.platform === 'linux')
    assert.match(
      (explainSystemError(failureOf(() => makeFolder('/proc/nothing/below'))) as Error).message,
      /\/proc\/nothing: .*check the path/,
    )
  const own = new TypeError('ours')
  assert.is(explainSystemError(own), own)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
