// What a trace costs the coordinator (solving, queue, grading, writing), in processor time: workers of another process answer at once. WHETSTONE_QUEUE_LONG=1 goes to 1,000,000.
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
const { collect } = await import('@whetstone/evaluation')
const { scriptedModel } = await import('@whetstone/inference/scripted.ts')
const { queued } = await import('@whetstone/inference/queue/queued.ts')
const { redisServer, withoutRedis } = await import('@whetstone/inference/queue/redis-server.ts')
const { runWorker } = await import('@whetstone/inference/queue/worker.ts')
const { default: direct } = await import('@whetstone/solvers/solvers/direct.ts')
const { default: addition } = await import('@whetstone/tasks/tasksets/addition.ts')

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
            text: String(seed),
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
const sizes = process.env['WHETSTONE_QUEUE_LONG'] ? [10_000, 100_000, 1_000_000] : [4000, 16_000]
const chunk = 256

if (missing) console.log(`SKIP coordinator: ${missing}`)
else
  test('its own cost a trace stays what it is as traces grow', async () => {
    process.env['WHETSTONE_PROGRESS'] = 'none'
    await using redis = await redisServer()
    const worker = spawn(process.execPath, [import.meta.filename, 'worker', redis.url], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, WHETSTONE_ROOT: scratch },
    })
    try {
      const weights = join(scratch, 'weights.gguf')
      writeFileSync(weights, 'not looked into')
      const model: Model = { ...scriptedModel('instant'), path: weights }
      const tasks = await addition().load({ split: 'train', seed: 1, round: 1, levels: [4], limit: 1000 })
      const attempt = async (count: number, name: string) => {
        const file = join(scratch, `${name}.jsonl`)
        const { faults } = await collect({
          run: 'cost',
          round: 1,
          arm: name,
          policy: { model: model.id, bank: null },
          groups: [{ tasks, samples: Math.ceil(count / tasks.length) }],
          seed: 1,
          solver: direct(),
          sampling: { temperature: 1, maxTokens: 16 },
          mayGrade: true,
          grade: (task, answer) => addition().grade(task, answer, { seed: 1 }),
          show: async (attempts) => attempts.map(() => ({ system: null, shown: [], withheld: [] })),
          open: () => queued(instant(), { url: redis.url, whenDown: 'wait' }).open(model, { concurrency: 32 }),
          file,
          chunk,
          label: name,
        })
        assert.is(faults.failed, 0)
        rmSync(file)
      }
      await attempt(1000, 'paid-once')
      const cost: number[] = []
      for (const size of sizes) {
        const [begun, from] = [process.cpuUsage(), performance.now()]
        await attempt(size, `traces-${size}`)
        const { user, system } = process.cpuUsage(begun)
        cost.push((user + system) / 1000 / size)
        process.stdout.write(
          `  ${size} traces: ${cost.at(-1)?.toFixed(4)} ms of the coordinator's processor each, ${((performance.now() - from) / size).toFixed(4)} ms on the clock, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB\n`,
        )
      }
      assert.ok((cost.at(-1) as number) < 3 * (cost[0] as number), 'it grows with the number of traces')
    } finally {
      worker.disconnect()
      worker.kill()
    }
  })

test.run()
