import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, hash, loadPlugin, type Backend, type Gpu, type LanguageModel, type Model, type OpenOptions } from '@whetstone/core'
import { toolStamp } from '@whetstone/native'
import { openStore, type ArtifactStore } from '@whetstone/store'
import type { Worker as BullWorker } from 'bullmq'
import type { Redis } from 'ioredis'
import { another, connectRedis, explainRedis, farewell, queueAddress } from './connect-redis.ts'
import { fetchWeights } from './fetch-weights.ts'
import { choose, judge, readOffers } from './offers.ts'
import { Job, lasts, names, protocol, type Offer, type Result, type WorkerCard } from './protocol.ts'
import { defaultStore } from './queued.ts'
import { queueSecret, seal, unseal } from './seal.ts'

export type WorkerOptions = {
  url: string
  store?: string | undefined
  gpu?: Gpu | undefined
  threads?: number | undefined
  /** Seconds after which a job of a worker that says nothing is taken over. */
  lock?: number
  print: (text: string) => void
  /** Finishes the job under way and ends. */
  signal: AbortSignal
  /** Opens a backend by its name; tests bring their own. */
  backendOf?: (name: string, settings: Record<string, unknown>) => Promise<Backend>
  /** Builds what a backend needs. */
  prepare?: (tools: readonly string[]) => Promise<void>
}

const beat = 500
/** Workers that a job may take with it before it is given up. Machines that are lent may go at any time: three would be too few. */
const mostStalls = 4

/**
 * Takes lists of requests from a queue and samples them, until the signal fires: keeps one model loaded, goes to another when its own is no longer offered (or has had nothing to do for a while), and
 * says of itself every few seconds what it takes and what it refuses. What it is offered is trusted only under the shared secret.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { print, signal } = options
  const secret = queueSecret()
  const address = queueAddress(options.url)
  const redis = await connectRedis(address)
  await using store = await openStore(options.store ?? defaultStore())
  const tools = toolStamp()
  const card: WorkerCard = {
    id: `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`,
    protocol,
    tools,
    takes: {},
    refuses: {},
    loaded: null,
    done: 0,
  }
  const said = new Set<string>()
  const sayOnce = (text: string) => {
    if (!said.has(text)) print(text)
    said.add(text)
  }
  let busy = null as Busy | null
  let idleSince = performance.now()
  const failed = keepFailures()
  const show = () =>
    redis
      .multi()
      .set(names.worker(card.id), seal(secret, 'worker', JSON.stringify(card)), 'PX', lasts.worker)
      .sadd(names.workers, card.id)
      .exec()
  // Also while weights are fetched, which may take minutes.
  const showing = setInterval(() => redis.status === 'ready' && void show().catch(() => null), 5000)
  const look = async () => {
    try {
      if (redis.status === 'ready') {
        const offers = await readOffers(redis, secret, sayOnce)
        judge(card, offers, failed.now(), options.gpu)
        for (const reason of Object.values(card.refuses)) sayOnce(`Refused: ${reason}`)
        const next = await choose(redis, offers, card, busy, idleSince)
        if (next !== card.loaded) {
          await busy?.[Symbol.asyncDispose]()
          busy = null
          card.loaded = null
          const offer = next === null ? undefined : offers.get(next)
          if (next !== null && offer) {
            try {
              const lane = card.takes[next] as string
              busy = await take({ key: next, offer, lane, card, redis, secret, store, options, sayOnce, failed })
              card.loaded = next
              print(`Loaded ${offer.model.name} (${offer.model.id}) as ${card.takes[next]}`)
            } catch (error) {
              if (signal.aborted) return
              // One offer that cannot be opened is no reason to leave the others.
              failed.set(next, firstLine(error))
            }
          }
        }
        if (busy?.working()) idleSince = performance.now()
        await show()
      } else sayOnce(`${address.where} does not answer: waiting for it`)
    } catch (error) {
      const known = explainRedis(error, address.where)
      if (!(known instanceof BadInput)) throw known
      sayOnce(known.message)
    }
  }
  const ended = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  print(`Worker ${card.id} at ${address.where}; weights from ${store.where}`)
  try {
    while (!signal.aborted) {
      const turn = look()
      await Promise.race([turn, ended])
      // A line that is down answers nothing, and who ends does not wait for it.
      if (signal.aborted) await farewell(turn)
      await sleep(beat, undefined, { signal }).catch(() => {})
    }
    if (busy?.working()) print('Finishing the job under way')
  } finally {
    clearInterval(showing)
    await busy?.[Symbol.asyncDispose]()
    if (redis.status === 'ready') await farewell(redis.multi().del(names.worker(card.id)).srem(names.workers, card.id).exec())
    redis.disconnect()
    print(`Worker ${card.id} ends: ${card.done} jobs done`)
  }
}

type Busy = AsyncDisposable & { working(): boolean }

/** Offers that this worker cannot serve now, each with the reason: a disk may be emptied and a store come back, so that they are tried again after a minute. */
function keepFailures() {
  const known = new Map<string, { reason: string; until: number }>()
  return {
    set: (key: string, reason: string) => void known.set(key, { reason, until: performance.now() + 60_000 }),
    now(): ReadonlyMap<string, string> {
      for (const [key, { until }] of known) if (until < performance.now()) known.delete(key)
      return new Map([...known].map(([key, { reason }]) => [key, reason]))
    },
  }
}
type Failures = ReturnType<typeof keepFailures>
const firstLine = (error: unknown) => (error as Error).message.split('\n')[0] ?? ''
/** Jobs that a worker may fail one after the other before it is taken for the reason. */
const mostFailures = 3

async function take(given: {
  key: string
  offer: Offer
  lane: string
  card: WorkerCard
  redis: Redis
  secret: string
  store: ArtifactStore
  options: WorkerOptions
  sayOnce: (text: string) => void
  failed: Failures
}): Promise<Busy> {
  const { key, offer, lane, card, redis, secret, store, options, sayOnce, failed } = given
  const { lock = 30, backendOf = pluginBackend } = options
  const backend = await backendOf(offer.backend.name, offer.backend.settings)
  await options.prepare?.(backend.tools ?? [])
  const [path, adapter] = [
    await fetchWeights(store, offer.model.weights, options.signal),
    offer.model.adapter ? await fetchWeights(store, offer.model.adapter, options.signal) : null,
  ]
  const { id, name, vocabulary, parameters } = offer.model
  const model: Model = {
    id,
    name,
    path,
    adapter,
    adapterScale: offer.model.adapterScale,
    parent: null,
    dataset: null,
    trainer: null,
    quantization: null,
    architecture: null,
    parameters,
    vocabulary,
    createdAt: '1970-01-01T00:00:00.000Z',
    metadata: {},
  }
  const open: OpenOptions = { ...offer.open, gpu: options.gpu ?? offer.open.gpu, threads: options.threads }
  const opened = await backend.open(model, open)
  const { Worker, UnrecoverableError } = await import('bullmq')
  let working = 0
  let inRow = 0
  let resuming: NodeJS.Timeout | undefined
  const connection = another(redis)
  const bull: BullWorker = new Worker(
    names.queue(key, lane),
    async (job) => {
      working++
      const started = performance.now()
      try {
        const body = unseal(secret, 'job', (job.data as { sealed?: unknown }).sealed)
        if (body === null || hash(body) !== job.id)
          throw new UnrecoverableError(`worker ${card.id} refused it: it is unsigned, altered, or signed with another secret`)
        const parsed = Job.safeParse(JSON.parse(body))
        if (!parsed.success || parsed.data.offer !== key)
          throw new UnrecoverableError(`worker ${card.id} refused it: it is no job of offer ${key}`)
        const done = await work(opened, parsed.data)
        const result: Result = {
          job: job.id as string,
          worker: card.id,
          class: lane,
          protocol,
          tools: card.tools,
          weights: offer.model.weights.sha256,
          adapter: offer.model.adapter?.sha256 ?? null,
          seconds: (performance.now() - started) / 1000,
          ...done,
        }
        inRow = 0
        return seal(secret, 'result', JSON.stringify(result))
      } catch (error) {
        // What was refused says nothing of this machine.
        if (error instanceof UnrecoverableError) throw error
        // Others may do it: whoever fails waits a little before he takes the next, and one who fails again and again leaves them to others for a minute.
        void bull.pause(true)
        if (++inRow >= mostFailures) failed.set(key, `it failed ${inRow} jobs in a row (${firstLine(error).slice(0, 200)})`)
        else resuming = setTimeout(() => bull.resume(), 1000 * inRow).unref()
        throw error
      } finally {
        working--
      }
    },
    {
      connection,
      prefix: names.prefix,
      concurrency: 1,
      lockDuration: lock * 1000,
      stalledInterval: lock * 500,
      maxStalledCount: mostStalls,
      drainDelay: 2,
      // By number: an age would be reckoned by this machine's clock.
      removeOnComplete: { count: 1000 },
      removeOnFail: { count: 1000 },
    },
  )
  bull.on('error', (error) =>
    sayOnce(
      /lock|Missing key/.test(error.message)
        ? `A result came too late and counts not: ${error.message}`
        : firstLine(explainRedis(error, queueAddress(options.url).where)),
    ),
  )
  bull.on('completed', () => void card.done++)
  bull.on('failed', (job, error) => sayOnce(`Job ${job?.id?.slice(0, 12)} failed: ${error.message}`))
  return {
    working: () => working > 0,
    async [Symbol.asyncDispose]() {
      clearTimeout(resuming) // it would begin again
      // Its farewell would wait for a line that is down, and its watch for stalled jobs go on meanwhile.
      const closed = bull.close(connection.status !== 'ready')
      while (working > 0) await sleep(50)
      // A result that cannot be delivered now is made again by another.
      await farewell(closed)
      connection.disconnect()
      await opened[Symbol.asyncDispose]()
    },
  }
}

async function work(model: LanguageModel, job: Job): Promise<Pick<Result, 'answers' | 'scores'>> {
  if (job.kind === 'score') {
    if (!model.score) throw new Error(`${model.model.name} cannot be scored by this backend`)
    return { scores: await model.score(job.requests) }
  }
  return { answers: await Array.fromAsync(model.generate(job.requests)) }
}

async function pluginBackend(name: string, settings: Record<string, unknown>): Promise<Backend> {
  return ((await loadPlugin('backends', name)) as unknown as (settings: unknown) => Backend)(settings)
}
