// npx nx run tools:bench --queue --workers=4: the simulated queue against real workers on this machine, on a Redis of its own.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, root, type GenerateRequest, type LanguageModel } from '@whetstone/core'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import { describeGguf } from '@whetstone/inference/describe-gguf.ts'
import { numberedRequests } from '@whetstone/inference/numbered-requests.ts'
import { queued } from '@whetstone/inference/queue/queued.ts'
import { redisServer, withoutRedis } from '@whetstone/inference/queue/redis-server.ts'
import { openToy, toyBackend, toyWorker } from '@whetstone/inference/queue/toy-queue.ts'
import { benchModel } from './bench-models.ts'
import { simulateQueue } from './simulate-queue.ts'

/** Jobs of half a second, spread by a tenth; one in twelve takes five times as long where stragglers are asked for. */
const jobs = 24
const lengthsOf = (stragglers: boolean) =>
  Array.from({ length: jobs }, (_, i) => 0.5 * (0.9 + (0.2 * ((i * 7) % jobs)) / jobs) * (stragglers && i % 12 === 5 ? 5 : 1))
/** Jobs of the real sampler, and their attempts and tokens: about two seconds on a core. */
const sampled = { jobs: 8, attempts: 32, tokens: 32 }

type Measured = { workers: number; real: number; simulated: number }

/** Seconds of real and simulated queues, a table a kind of work, each printed when it is measured. */
export async function measureQueue(most: number, { print, signal }: { print: (text: string) => void; signal: AbortSignal }): Promise<void> {
  const missing = withoutRedis()
  if (missing) throw new BadInput(missing)
  const scratch = mkdtempSync(join(tmpdir(), 'whetstone-queue-bench-'))
  const secret = process.env['WHETSTONE_QUEUE_SECRET']
  process.env['WHETSTONE_QUEUE_SECRET'] = 'a secret of the bench, 32 letters'
  try {
    print(showMeasured('20M on a core each', await sampling(scratch, most, signal)))
    print(showMeasured('waiting 0.5 s a job', await waiting(scratch, most, lengthsOf(false), 8, signal)))
    print(showMeasured('waiting, stragglers', await waiting(scratch, most, lengthsOf(true), 8, signal)))
    print(showMeasured('stragglers, 2 ahead', await waiting(scratch, most, lengthsOf(true), 2, signal)))
  } finally {
    if (secret === undefined) delete process.env['WHETSTONE_QUEUE_SECRET']
    else process.env['WHETSTONE_QUEUE_SECRET'] = secret
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function waiting(scratch: string, most: number, lengths: readonly number[], ahead: number, signal: AbortSignal): Promise<Measured[]> {
  const { backend } = toyBackend(() => '', { wait: (requests) => (lengths[requests[0]?.seed ?? 0] ?? 0) * 1000 })
  const rows: Measured[] = []
  for (let workers = 1; workers <= most; workers++) {
    await using redis = await redisServer()
    await using crew = new AsyncDisposableStack()
    const store = join(scratch, 'store')
    for (let i = 0; i < workers; i++) crew.use(toyWorker(redis.url, backend, { lock: 30, store }))
    await using opened = await openToy(redis.url, backend, { whenDown: 'stop', store })
    const list = (job: number) => numberedRequests(1, { from: job })
    const real = await drive(opened, { workers, jobs: lengths.length, ahead, list, signal })
    rows.push({ workers, real, simulated: simulated(workers, lengths, ahead) })
  }
  return rows
}

/** Worker processes of one core each, as many as there are cores; more share them. */
async function sampling(scratch: string, most: number, signal: AbortSignal): Promise<Measured[]> {
  const backend = llamaSample()
  const model = { ...(await describeGguf(await benchModel(scratch, '20M'))), adapter: null }
  const rows: Measured[] = []
  const cores = availableParallelism()
  const pinned = spawnSync('taskset', ['--version']).status === 0
  for (let workers = 1; workers <= most; workers++) {
    await using redis = await redisServer()
    const store = join(scratch, 'store')
    const children = Array.from({ length: workers }, (_, i) => {
      const command = [
        process.execPath,
        join(root, 'packages/cli/whetstone.mjs'),
        'loops:worker',
        `--queue=${redis.url}`,
        `--store=${store}`,
      ]
      const [file = '', ...args] = [...(pinned ? ['taskset', '-c', String(i % cores)] : []), ...command, '--threads=1', '--gpu=off']
      return spawn(file, args, { stdio: 'ignore', env: { ...process.env, WHETSTONE_ROOT: scratch } })
    })
    const ended = children.map((child) => new Promise((resolve) => child.on('close', resolve)))
    try {
      await using opened = await queued(backend, { url: redis.url, store, whenDown: 'stop' }).open(model, {
        concurrency: 32,
        gpu: 'off',
        context: 128,
        signal,
      })
      const list = (job: number) => numberedRequests(sampled.attempts, { from: 1000 * job, maxTokens: sampled.tokens })
      const real = await drive(opened, { workers, jobs: sampled.jobs, ahead: 8, list, signal })
      const alone = rows[0]?.real ?? real
      const lengths = Array<number>(sampled.jobs).fill(alone / sampled.jobs)
      rows.push({ workers, real, simulated: simulated(Math.min(workers, cores), lengths, 8) })
    } finally {
      for (const child of children) child.kill('SIGTERM')
      await Promise.all(ended)
    }
  }
  return rows
}

/** Seconds from the first job to the last, asked as rounds ask: from the oldest that is not done a window ahead. Workers have loaded their model before. */
async function drive(
  opened: LanguageModel,
  {
    workers,
    jobs: count,
    ahead,
    list,
    signal,
  }: { workers: number; jobs: number; ahead: number; list: (job: number) => GenerateRequest[]; signal: AbortSignal },
): Promise<number> {
  const ask = async (job: number) => {
    for await (const answer of opened.generate(list(job), { signal })) if ('fault' in answer) throw new Error(answer.fault)
  }
  while (opened.ahead?.(1) !== 8 * workers && !(workers === 1 && opened.ahead?.(1) === 8)) await sleep(50, undefined, { signal })
  await Promise.all(Array.from({ length: workers }, (_, i) => ask(count + i)))
  const started = performance.now()
  const done = new Set<number>()
  let [oldest, next] = [0, 0]
  await new Promise<void>((resolve, reject) => {
    const give = () => {
      while (next < count && next < oldest + Math.max(2, ahead * workers)) {
        const job = next++
        ask(job).then(() => {
          done.add(job)
          while (done.has(oldest)) oldest++
          if (done.size === count) resolve()
          else give()
        }, reject)
      }
    }
    give()
  })
  return (performance.now() - started) / 1000
}

const simulated = (workers: number, lengths: readonly number[], ahead: number): number =>
  simulateQueue({
    workers,
    jobs: lengths.length,
    lengths,
    seconds: 1,
    coordinator: 0.002,
    ahead,
    deaths: 0,
    back: 0,
    lock: 0,
    stragglers: { share: 0, factor: 1 },
    seed: 1,
  }).seconds

function showMeasured(name: string, rows: readonly Measured[]): string {
  const alone = rows[0]?.real ?? 1
  return [
    `${name.padEnd(22)}workers   real s   simulated s   off by   against one`,
    ...rows.map(
      ({ workers, real, simulated: foreseen }) =>
        ' '.repeat(22) +
        String(workers).padStart(7) +
        real.toFixed(2).padStart(9) +
        foreseen.toFixed(2).padStart(14) +
        `${(100 * (real / foreseen - 1)).toFixed(1)}%`.padStart(9) +
        `${(alone / real).toFixed(2)}x`.padStart(14),
    ),
  ].join('\n')
}
