import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lockOwner, lockRun } from './lock.ts'

const test = suite('lock')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-lock-'))

test('a run has one owner at a time, who is named', () => {
  const file = join(folder, 'a/lock')
  {
    using _lock = lockRun(file)
    assert.throws(() => lockRun(file), new RegExp(`in use by process ${process.pid} .*--run=`))
  }
  assert.not.ok(existsSync(file))
  lockRun(file)[Symbol.dispose]()
})

test('what a killed process or a torn write left behind is taken over; a live one is respected', async () => {
  const file = join(folder, 'b/lock')
  const script = join(folder, 'owner.ts')
  writeFileSync(
    script,
    `import { lockRun } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}\nlockRun(${JSON.stringify(file)})\nsetInterval(() => {}, 1000)`,
  )
  const owner = spawn(process.execPath, [script], { stdio: 'ignore' })
  while (!lockOwner(file)) await sleep(20)
  assert.throws(() => lockRun(file), new RegExp(`process ${owner.pid}`))
  const closed = new Promise((resolve) => owner.on('close', resolve))
  owner.kill('SIGKILL')
  await closed
  lockRun(file)[Symbol.dispose]()
  writeFileSync(file, '{"pid": 1')
  lockRun(file)[Symbol.dispose]()
})

test('a later process with the number of a dead owner is not taken for it', () => {
  const file = join(folder, 'c/lock')
  lockRun(file)[Symbol.dispose]()
  writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname(), started: '1', command: 'x' }))
  lockRun(file)[Symbol.dispose]()
  writeFileSync(file, JSON.stringify({ pid: process.pid, host: 'elsewhere', started: '1', command: 'x' }))
  assert.throws(() => lockRun(file), /on elsewhere/)
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
