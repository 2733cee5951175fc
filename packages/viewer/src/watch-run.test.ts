// What a run is doing is told from its files and its lock: also when whoever works on it is killed, and writes nothing any more.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-watch-'))
process.env['WHETSTONE_ROOT'] = scratch
const { roundFiles, runFiles } = await import('@whetstone/runs')
const { runState, watchRun } = await import('./watch-run.ts')

const test = suite('watch run')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const put = (file: string, value: unknown) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(value))
}

test('a killed process is seen, a step that is done too, and the end of watching ends it', async () => {
  put(runFiles('r').record, { run: 'r', recipe: 'tiny', seed: 1, base: 'b', createdAt: 'now', recipes: [] })
  const owner = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { lockRun } from '@whetstone/runs'; globalThis.held = lockRun('r'); console.log('locked'); setInterval(() => {}, 1e6)`,
    ],
    { cwd: import.meta.dirname, env: { ...process.env, WHETSTONE_ROOT: scratch }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    await once(owner.stdout, 'data')
    assert.match(runState('r').says, /^round 1: plan under way/)
    const stop = new AbortController()
    const watch = watchRun('r', stop.signal)
    assert.equal((await watch.next()).value, { changed: false })
    put(roundFiles('r', 1).step('plan'), { step: 'plan', fingerprint: 'f', inputs: {}, seconds: 1, value: null })
    assert.equal((await watch.next()).value, { changed: true })
    assert.match(runState('r').says, /^round 1: traces under way, 1 step done/)
    const next = watch.next()
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    assert.equal((await next).value, { changed: true })
    assert.match(runState('r').says, /^round 1: stopped before traces/)
    stop.abort()
    assert.is((await watch.next()).done, true)
  } finally {
    owner.kill('SIGKILL')
  }
})

test.run()
