// kill -9 at any moment of a real round, then the same command: the round ends as an undisturbed one in all but times.
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deriveSeed, random, root } from '@whetstone/core'
import { lockOwner } from '@whetstone/core'

const test = suite('resume')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-resume-'))
const command = [
  join(root, 'packages/cli/whetstone.mjs'),
  'loops:cycle',
  '--limit=96',
  '--samples=1',
  '--seed=5',
  '--threads=2',
  '--until-round=1',
]

function start(folder: string) {
  const child = spawn(process.execPath, command, {
    env: { ...process.env, WHETSTONE_ROOT: folder, WHETSTONE_PROGRESS: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  return {
    child,
    ended: new Promise<{ code: number | null; output: string }>((resolve) => child.on('close', (code) => resolve({ code, output }))),
  }
}

/** What a round made, less times and what depends on them. */
function made(folder: string) {
  const strip = (text: string) => text.replaceAll(folder, '').replace(/"(seconds|createdAt)":\s*("[^"]*"|[\d.e+-]+)/g, '"$1":0')
  const read = (file: string) => strip(readFileSync(join(folder, file), 'utf8'))
  const round = JSON.parse(read('reports/tiny/round-001/round.json')) as Record<string, unknown>
  return {
    round,
    traces: read('datasets/tiny/round-001/traces.jsonl'),
    rows: read('datasets/tiny/round-001/sft.jsonl'),
    arms: read('datasets/tiny/round-001/validation-candidate-on.jsonl'),
  }
}

/** What the ledgers of an interrupted round say is whole: those chunks may not change. */
const ledgers = (folder: string) => {
  const dataset = join(folder, 'datasets/tiny/round-001')
  return existsSync(dataset)
    ? Object.fromEntries(
        readdirSync(dataset)
          .filter((file) => file.endsWith('.chunks'))
          .map((file) => [file, readFileSync(join(dataset, file), 'utf8')]),
      )
    : {}
}

let undisturbed: ReturnType<typeof made>
let seconds = 0

test.before(async () => {
  const folder = join(scratch, 'undisturbed')
  const started = performance.now()
  const { code, output } = await start(folder).ended
  assert.is(code, 0, output)
  seconds = (performance.now() - started) / 1000
  undisturbed = made(folder)
})

test('killed four times at random moments, the round ends as the undisturbed one', async () => {
  const next = random(deriveSeed(Date.now()))
  const folder = join(scratch, 'killed')
  const delays: number[] = []
  for (let kill = 0; kill < 4; kill++) {
    const { child, ended } = start(folder)
    const delay = (0.15 + 0.6 * next()) * seconds
    delays.push(delay)
    await Promise.race([sleep(delay * 1000), ended])
    child.kill('SIGKILL')
    await ended
    const before = ledgers(folder)
    await sleep(200)
    assert.equal(ledgers(folder), before, 'something went on writing after the kill')
  }
  const before = ledgers(folder)
  const { code, output } = await start(folder).ended
  assert.is(code, 0, `killed after ${delays.map((delay) => delay.toFixed(2)).join(', ')} s: ${output}`)
  for (const [file, ledger] of Object.entries(before))
    assert.ok(ledgers(folder)[file]?.startsWith(ledger), `${file}: a whole chunk was done again`)
  assert.equal(made(folder), undisturbed, `killed after ${delays.join(', ')} s`)
})

test('a finished round is not done again; another process that owns the run is named', async () => {
  const folder = join(scratch, 'undisturbed')
  const again = await start(folder).ended
  assert.is(again.code, 0)
  assert.match(again.output, /nothing to do/)
  cpSync(folder, join(scratch, 'owned'), { recursive: true })
  const owner = spawn(process.execPath, [...command.slice(0, -1), '--until-round=2'], {
    env: { ...process.env, WHETSTONE_ROOT: join(scratch, 'owned'), WHETSTONE_PROGRESS: 'none' },
    stdio: 'ignore',
  })
  const closed = new Promise((resolve) => owner.on('close', resolve))
  while (!lockOwner(join(scratch, 'owned/reports/tiny/writer.lock'))) await sleep(20)
  // held still, so that no machine is so fast that its round is over first
  owner.kill('SIGSTOP')
  const second = await start(join(scratch, 'owned')).ended
  owner.kill('SIGINT')
  owner.kill('SIGCONT')
  await closed
  assert.is(second.code, 1)
  assert.match(second.output, new RegExp(`in use by process ${owner.pid}`))
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
