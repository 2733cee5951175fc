// What runs beside a round is killed as well: an export, a garbage collection, a pull, workers and the round that they sample for. Each ends, begun again, as if nothing had been.
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { withoutRedis, redisServer } from '@whetstone/inference/queue/redis-server.ts'
import { writeRandomGguf } from '@whetstone/inference/write-random-gguf.ts'
import { clear, cycle, inRound, kills, lines, next, runUndisturbed, sameAs, scratch, start, undisturbed, until } from './tortured-round.ts'

const test = suite('torture: commands')
test.before(runUndisturbed)
/** Kills of each command. */
const each = Math.max(1, Math.round(kills / 5))

/** Starts a command and kills it at any moment, so many times, and then lets it end. Says how many kills met it alive. */
async function killOften(folder: string, args: readonly string[], within: number, env: Record<string, string> = {}): Promise<number> {
  let struck = 0
  for (let kill = 0; kill < each; kill++) {
    const run = start(folder, args, env)
    await sleep(within * next())
    run.child.kill('SIGKILL')
    const { code, output } = await run.ended
    clear(output)
    if (code === null) struck++
  }
  const { code, output } = await start(folder, args, env).ended
  assert.is(code, 0, output)
  return struck
}

test('an export', async () => {
  const args = ['datasets:export', '--run=tiny', '--format=trl-messages', '--force']
  const whole = join(scratch, 'exported')
  cpSync(undisturbed, whole, { recursive: true })
  assert.is((await start(whole, args).ended).code, 0)
  const folder = join(scratch, 'export')
  cpSync(undisturbed, folder, { recursive: true })
  await killOften(folder, args, 2000)
  sameAs(folder, 'after killed exports')
  const files = (from: string) => readdirSync(join(from, 'datasets/tiny/round-001'), { recursive: true, encoding: 'utf8' }).sort()
  assert.equal(files(folder), files(whole), 'a killed export left something behind')
})

test('a garbage collection', async () => {
  const folder = join(scratch, 'gc')
  cpSync(undisturbed, folder, { recursive: true })
  await killOften(folder, ['loops:gc', '--run=tiny', '--keep=1', '--yes'], 2000)
  sameAs(folder, 'after killed garbage collections')
})

test('a pull', async () => {
  const content = readFileSync(writeRandomGguf(join(scratch, 'pull.gguf')))
  // A kilobyte in a while, so that a kill meets it in the middle; what is there already is not sent again.
  const server = createServer((request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (from >= content.length) return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"one"',
      'content-length': content.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    })
    let at = from
    const timer = setInterval(() => {
      if (at >= content.length) return void (clearInterval(timer), response.end())
      response.write(content.subarray(at, (at += Math.ceil(content.length / 40))))
    }, 20)
    response.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const folder = join(scratch, 'pull')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pulled.gguf`
    await killOften(folder, ['models:pull', `--model=${url}`], 2000)
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    assert.is(hash(readFileSync(join(folder, 'models/pulled/pulled.gguf'))), hash(content))
    assert.equal(readdirSync(join(folder, 'models/pulled')).sort(), ['card.json', 'pulled.gguf'], 'a killed pull left something behind')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

const missing =
  withoutRedis() ?? (existsSync(paths.tool('llama-sample')) ? null : 'tools/bin/llama-sample not built: run `npx nx run tools:build`')
// worker.test.ts kills one of each in CI
if (kills <= 3) console.log('workers are killed in the long run alone')
else if (missing) console.log(`SKIP torture of workers: ${missing}`)
else
  test('workers, and the round that they sample for', async () => {
    await using redis = await redisServer({ persistent: true })
    const env = { WHETSTONE_QUEUE_SECRET: 'a secret for tests, 32 characters' }
    const folder = join(scratch, 'workers')
    const work = () => start(folder, ['loops:worker', `--queue=${redis.url}`, '--threads=1', '--lock=3'], env)
    const round = () => start(folder, [...cycle, `--queue=${redis.url}`], env)
    const workers = [work(), work()]
    let run = round()
    try {
      for (let kill = 0; kill < each; kill++) {
        await until(run, () => lines(inRound(folder, 'datasets', 'traces.jsonl.chunks')) > 0)
        await sleep(1500 * next())
        const which = kill % workers.length
        workers[which]?.child.kill('SIGKILL')
        await workers[which]?.ended
        workers[which] = work()
        if (next() < 0.5) {
          run.child.kill('SIGKILL')
          await run.ended
          run = round()
        }
      }
      const { code, output } = await run.ended
      assert.is(code, 0, output)
      sameAs(folder, 'after killed workers and a killed round')
    } finally {
      for (const { child } of workers) child.kill('SIGKILL')
      run.child.kill('SIGKILL')
    }
  })

test.run()
