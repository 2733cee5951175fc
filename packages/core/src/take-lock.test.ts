import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { awaitLock, lockOwner, takeLock } from './take-lock.ts'

const test = suite('take lock')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-lock-'))
const what = 'Run a'

/** A process that takes a lock, says so and holds it until it is ended; says `refused` where it cannot. */
function starter(file: string, options = '{}', hold = 'setInterval(() => {}, 1000)') {
  const script = `import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'take-lock.ts'))}
try { globalThis.lock = takeLock(${JSON.stringify(file)}, { what: 'Run a', ...${options} }); console.log('won'); ${hold} } catch (error) { console.log('refused ' + error.message); process.exit(1) }`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (piece: Buffer) => (text += piece.toString()))
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(text)))
  return { child, ended, said: async () => (await until(() => text.includes('\n') || child.exitCode !== null), text) }
}
async function until(fact: () => boolean) {
  while (!fact()) await sleep(10)
}

test('one owner at a time, who is named; what it leaves behind locks nothing', () => {
  const file = join(folder, 'a/lock')
  {
    using _lock = takeLock(file, { what, otherwise: 'take another name' })
    assert.throws(
      () => takeLock(file, { what, patience: 0, otherwise: 'take another name' }),
      new RegExp(`^Run a is in use by process ${process.pid} on .*: wait for it, stop it \\(kill ${process.pid}\\), or take another name$`),
    )
    assert.is(lockOwner(file)?.pid, process.pid)
  }
  assert.is(lockOwner(file), undefined)
  assert.ok(existsSync(file), 'removing the file would let two hold it')
  takeLock(file, { what })[Symbol.dispose]()
})

test('many hold it shared, or one alone', () => {
  const file = join(folder, 'b/lock')
  {
    using _first = takeLock(file, { what, shared: true })
    using _second = takeLock(file, { what, shared: true })
    assert.throws(() => takeLock(file, { what, patience: 0 }), /in use by process/)
  }
  using _alone = takeLock(file, { what })
  assert.throws(() => takeLock(file, { what, shared: true, patience: 0 }), /in use by process/)
})

test('a killed owner is followed at once; a stopped one is named as stopped and keeps the lock', async () => {
  const file = join(folder, 'c/lock')
  const owner = starter(file)
  assert.is(await owner.said(), 'won\n')
  owner.child.kill('SIGSTOP')
  await until(() => lockOwner(file)?.stopped === true || process.platform !== 'linux')
  assert.throws(() => takeLock(file, { what, patience: 0 }), new RegExp(`process ${owner.child.pid} .*(which is stopped|wait for it)`))
  owner.child.kill('SIGKILL')
  await owner.ended
  takeLock(file, { what, patience: 0 })[Symbol.dispose]()
})

test('of two that begin at once one wins', async () => {
  const rounds = Number(process.env['WHETSTONE_STARTERS'] ?? 8)
  for (let round = 0; round < rounds; round++) {
    const file = join(folder, `d-${round}/lock`)
    const pair = [starter(file, '{ patience: 100 }'), starter(file, '{ patience: 100 }')]
    const said = await Promise.all(pair.map((each) => each.said()))
    assert.equal(said.map((text) => text.split(/[\s]/)[0]).sort(), ['refused', 'won'], said.join())
    for (const { child } of pair) child.kill('SIGKILL')
    await Promise.all(pair.map(({ ended }) => ended))
  }
})

test('waiting takes over when the owner ends, and can be given up', async () => {
  const file = join(folder, 'e/lock')
  const owner = starter(file, '{}', 'setTimeout(() => {}, 400)')
  await owner.said()
  const given = new AbortController()
  const waits = awaitLock(file, { what, signal: given.signal })
  given.abort(new Error('interrupted'))
  assert.match(String(await waits.catch((error: unknown) => error)), /interrupted|abort/i)
  const lock = await awaitLock(file, { what })
  assert.is(lockOwner(file)?.pid, process.pid)
  lock[Symbol.dispose]()
})

test('on a disk of several machines another one that gave a sign lately keeps the lock, and a silent one loses it', () => {
  const file = join(folder, 'f/lock')
  takeLock(file, { what, network: true })[Symbol.dispose]()
  writeFileSync(`${file}.owner`, JSON.stringify({ pid: 7, host: 'elsewhere', command: 'x' }))
  assert.throws(
    () => takeLock(file, { what, network: true }),
    /in use by a process on elsewhere, which gave a sign \d s ago: .* it is free 1\d\d s from now/,
  )
  const long = new Date(Date.now() - 200_000)
  utimesSync(`${file}.owner`, long, long)
  takeLock(file, { what, network: true })[Symbol.dispose]()
})

test.after(() => rmSync(folder, { recursive: true, force: true }))
test.run()
