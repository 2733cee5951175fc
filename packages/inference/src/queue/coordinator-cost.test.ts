// What the coordinator itself costs a request, in processor time: workers of another process answer at once. WHETSTONE_QUEUE_LONG=1 goes to 1,000,000.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend, Model } from '@whetstone/core'

const [, , role, address] = process.argv
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-cost-'))
process.env['WHETSTONE_ROOT'] ??= scratch
process.env['WHETSTONE_QUEUE_SECRET'] = 'a secret for tests, 32 characters'
const { plugin } = await import('@whetstone/core')
const { z } = await import('zod')
const { scriptedModel } = await import('../scripted.ts')
const { queued } = await import('./queued.ts')
const { redisServer, withoutRedis } = await import('./redis-server.ts')
const { runWorker } = await import('./worker.ts')

const instant = plugin({
  name: 'instant',
  about: 'for tests',
  settings: z.strictObject({}),
  make: (): Backend => ({
    name: 'instant',
    reproducible: true,
    open: async (model) => ({
      model,
      async *generate(requests) {
        for (const { id, seed } of requests)
          yield {
            id,
            text: `an answer of some length, number ${seed}`,
            finish: 'stop' as const,
            tokens: { prompt: 12, completion: 12 },
            seconds: 0,
            promptText: 'what is 1+1?',
            ids: Array.from({ length: 12 }, (_, i) => i),
          }
      },
      async [Symbol.asyncDispose]() {},
    }),
  }),
})

if (role === 'worker') {
  const stop = new AbortController()
  process.on('disconnect', () => stop.abort())
  await runWorker({ url: address as string, print: () => {}, signal: stop.signal, backendOf: async () => instant() })
  process.exit()
}

const test = suite('coordinator')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const missing = withoutRedis()
const sizes = process.env['WHETSTONE_QUEUE_LONG'] ? [10_000, 100_000, 1_000_000] : [4000, 20_000]

if (missing) console.log(`SKIP coordinator: ${missing}`)
else
  test('its own cost a request stays what it is as requests grow', async () => {
    await using redis = await redisServer()
    const worker = spawn(process.execPath, [import.meta.filename, 'worker', redis.url], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, WHETSTONE_ROOT: scratch },
    })
    try {
      const weights = join(scratch, 'weights.gguf')
      writeFileSync(weights, 'not looked into')
      const model: Model = { ...scriptedModel('instant'), path: weights }
      await using opened = await queued(instant(), { url: redis.url, whenDown: 'wait' }).open(model, { concurrency: 32 })
      let from = 0
      const list = async () => {
        const at = (from += 256)
        let count = 0
        const requests = Array.from({ length: 256 }, (_, i) => ({
          id: String(i),
          messages: [{ role: 'user' as const, content: `what is ${at + i}+1?` }],
          seed: at + i,
          sampling: { temperature: 1, maxTokens: 16 },
          task: `task ${at + i}`,
        }))
        for await (const _ of opened.generate(requests)) count++
        assert.is(count, 256)
      }
      await list() // what is paid once
      const cost: number[] = []
      for (const size of sizes) {
        const begun = process.cpuUsage()
        let left = Math.ceil(size / 256)
        const lists = left
        await Promise.all(
          Array.from({ length: 4 }, async () => {
            while (left-- > 0) await list()
          }),
        )
        const { user, system } = process.cpuUsage(begun)
        cost.push((user + system) / 1000 / (lists * 256))
        process.stdout.write(
          `  ${size} requests: ${cost.at(-1)?.toFixed(4)} ms of the coordinator's processor each, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB\n`,
        )
      }
      assert.ok((cost.at(-1) as number) < 3 * (cost[0] as number), 'it grows with the number of requests')
    } finally {
      worker.disconnect()
      worker.kill()
    }
  })

test.run()
