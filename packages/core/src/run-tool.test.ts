import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from './bad-input.ts'
import { runTool } from './run-tool.ts'

const test = suite('runTool')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-tool-'))
const sh = (script: string, more: object = {}) => runTool({ file: '/bin/sh', args: ['-c', script], ...more })
const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
const pidIn = async (file: string) => {
  while (!(existsSync(file) && readFileSync(file, 'utf8').trim())) await sleep(10)
  return Number(readFileSync(file, 'utf8'))
}
/** Waits for the end of a process; one that does not end hangs here, and run-tests.ts names the file. */
const gone = async (pid: number) => {
  while (alive(pid)) await sleep(10)
  return true
}
const rejects = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

test('stdout comes back, arguments are not read by a shell, input reaches the tool', async () => {
  assert.is(await runTool({ file: '/bin/echo', args: ['$HOME', ';ls', '*'] }), '$HOME ;ls *')
  assert.is(await runTool({ file: '/bin/cat', args: [], input: 'hello' }), 'hello')
})

test('stderr is logged with the command, and its tail is in the error', async () => {
  const logFile = join(folder, 'deep/tool.log')
  const error = await rejects(sh('echo one >&2; echo two >&2; exit 7', { logFile }))
  assert.match(error.message, /exit code 7/)
  assert.match(error.message, /one\ntwo/)
  while (!existsSync(logFile) || !readFileSync(logFile, 'utf8').includes('two\n')) await sleep(10)
  assert.match(readFileSync(logFile, 'utf8'), /^\$ \/bin\/sh -c .*\none\ntwo\n/s)
})

test("a tool's own one-line refusal is passed on as it stands", async () => {
  const tool = join(folder, 'fussy')
  writeFileSync(tool, '#!/bin/sh\necho "fussy: rows.jsonl:3: not JSON, mend it" >&2\nexit 1\n', { mode: 0o755 })
  const error = await rejects(runTool({ file: tool, args: [] }))
  assert.instance(error, BadInput)
  assert.is(error.message, 'fussy: rows.jsonl:3: not JSON, mend it')
})

test('a missing tool says how to get it', async () => {
  assert.match((await rejects(runTool({ file: '/nowhere/llama-train', args: [] }))).message, /tools:build/)
})

test('abort and timeout kill the whole process group', async () => {
  for (const how of ['abort', 'timeout'] as const) {
    const file = join(folder, how)
    const abort = new AbortController()
    const work = sh(`sleep 100 & echo $! > ${file}; wait`, how === 'abort' ? { signal: abort.signal } : { timeout: 0.3 })
    const pid = await pidIn(file)
    abort.abort()
    await rejects(work)
    assert.ok(await gone(pid), `${how} left an orphan`)
  }
})

test('what a tool leaves running is killed when the tool ends', async () => {
  const file = join(folder, 'left')
  await sh(`sleep 100 >/dev/null 2>&1 & echo $! > ${file}`)
  assert.ok(await gone(await pidIn(file)))
})

test('a tool does not outlive us, even when we are killed outright', async () => {
  const file = join(folder, 'orphan')
  const script = `import { runTool } from ${JSON.stringify(join(import.meta.dirname, 'run-tool.ts'))}\nawait runTool({ file: '/bin/sh', args: ['-c', 'echo $$ > ${file}; exec sleep 100'] })`
  writeFileSync(join(folder, 'parent.ts'), script)
  const parent = spawn(process.execPath, [join(folder, 'parent.ts')], { stdio: 'ignore' })
  const pid = await pidIn(file)
  assert.ok(alive(pid))
  parent.kill('SIGKILL')
  assert.ok(await gone(pid))
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
