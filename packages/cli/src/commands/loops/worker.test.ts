// A round sampled by workers of their own processes, which are killed, stopped and continued, added, and cut off from Redis, ends as the round that was sampled here.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths, root } from '@whetstone/core'
import { redisServer, withoutRedis } from '@whetstone/inference/queue/redis-server.ts'

const test = suite('worker')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-worker-'))
const started: ChildProcess[] = []
test.after(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(scratch, { recursive: true, force: true })
})
/** WHETSTONE_QUEUE_LONG=1: more attempts, all connections but one worker's cut for 75 seconds, Redis restarted with and without what it held. */
const long = process.env['WHETSTONE_QUEUE_LONG'] !== undefined

function command(folder: string, ...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), ...args], {
    env: {
      ...process.env,
      WHETSTONE_ROOT: folder,
      WHETSTONE_PROGRESS: 'none',
      WHETSTONE_QUEUE_SECRET: 'a secret for tests, 32 characters',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const heard = { child, output: '', ended: Promise.resolve(0 as number | null) }
  child.stdout.on('data', (text: Buffer) => (heard.output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (heard.output += text.toString()))
  heard.ended = new Promise((resolve) => child.on('close', resolve))
  return heard
}
const cycle = (folder: string, ...more: string[]) =>
  command(
    folder,
    'loops:cycle',
    `--limit=${long ? 200 : 32}`,
    '--samples=2',
    '--seed=4',
    '--threads=1',
    '--until-round=1',
    '--set',
    'settings.chunk=32',
    '--set',
    'settings.probe.tasks=0',
    ...more,
  )
const worker = (folder: string, url: string) => command(folder, 'loops:worker', `--queue=${url}`, '--threads=1', '--lock=3')

/** What a round made, less times and where it was sampled. */
const made = (folder: string) =>
  [
    'reports/tiny/round-001/round.json',
    'datasets/tiny/round-001/traces.jsonl',
    'datasets/tiny/round-001/validation-candidate-off.jsonl',
    'datasets/tiny/round-001/sft.jsonl',
  ].map((file) =>
    readFileSync(join(folder, file), 'utf8')
      .replaceAll(folder, '')
      .replace(/"where":"[^"]*",/g, '')
      .replace(/"(seconds|createdAt|modified)":\s*("[^"]*"|[\d.e+-]+)/g, '"$1":0')
      .replace(/,?\s*"spread": \{[^}]*\}[^}]*\}/, ''),
  )

const missing =
  withoutRedis() ?? (existsSync(paths.tool('llama-sample')) ? null : 'tools/bin/llama-sample not built: run `npx nx run tools:build`')
const until = async (fact: () => unknown, heard: { output: string }) => {
  for (const from = performance.now(); !fact(); await sleep(20))
    if (performance.now() - from > 300_000) throw new Error(`waited five minutes:\n${heard.output}`)
}

const here = join(scratch, 'here')
const undisturbed = async () => {
  if (existsSync(here)) return
  const run = cycle(here)
  assert.is(await run.ended, 0, run.output)
}

if (missing) console.log(`SKIP worker: ${missing}`)
else
  for (const persistent of long ? [true, false] : [true])
    test(`three workers, one killed in mid-job, one stopped past its lock and continued, one added, Redis restarted ${persistent ? 'with' : 'without'} what it held: the round equals the undisturbed one`, async () => {
      const there = join(scratch, persistent ? 'there' : 'there-too')
      await undisturbed()
      await using redis = await redisServer({ persistent })
      const workers = [worker(there, redis.url), worker(there, redis.line), worker(there, redis.url)]
      const [killed, , stopped] = workers as [ReturnType<typeof worker>, ReturnType<typeof worker>, ReturnType<typeof worker>]
      const run = cycle(there, `--queue=${long ? redis.line : redis.url}`)
      const traces = join(there, 'datasets/tiny/round-001/traces.jsonl')
      await until(() => existsSync(traces), run)
      killed.child.kill('SIGKILL')
      stopped.child.kill('SIGSTOP')
      const added = worker(there, redis.url)
      if (long) {
        redis.cut(true)
        await sleep(75_000)
        redis.cut(false)
        assert.match(run.output, /The queue at \S+ does not answer; waiting for it/)
      }
      await redis.restart()
      await sleep(5000)
      stopped.child.kill('SIGCONT')
      await until(() => /; weights from /.test(added.output), added)
      assert.is(await run.ended, 0, run.output)
      assert.equal(made(there), made(here))
      added.child.kill('SIGTERM')
      stopped.child.kill('SIGTERM')
      await Promise.all([added.ended, stopped.ended])
      for (const { output } of [added, stopped]) assert.match(output, /Worker \S+ ends: \d+ jobs done/)
    })

test('what a worker cannot begin with is one line', async () => {
  for (const [args, says] of [
    [[], /^Say which queue/],
    [['--queue=redis://127.0.0.1:9'], /^The queue at 127\.0\.0\.1:9 does not answer/],
    [['--queue=127.0.0.1'], /is no queue: give redis/],
  ] as const) {
    const heard = command(join(scratch, 'none'), 'loops:worker', ...args)
    assert.is(await heard.ended, 1)
    assert.match(heard.output, says)
    assert.is(heard.output.trim().split('\n').length, 1, heard.output)
  }
})

test.run()
