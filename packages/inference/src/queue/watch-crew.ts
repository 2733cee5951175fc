import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput } from '@whetstone/core'
import type { Redis } from 'ioredis'
import { explainRedis, farewell } from './connect-redis.ts'
import type { Post } from './post.ts'
import { lasts, names, type Offer } from './protocol.ts'
import type { QueueSettings } from './queue-settings.ts'
import { seal } from './seal.ts'
import { readWorkers } from './watch-workers.ts'

/** Seconds between looks at workers and at jobs that have not come back. */
const beat = 2
/** Seconds without queue or workers after which it is said, or the run stops. */
const patience = 60

export type Crew = AsyncDisposable & {
  /** Live workers by lane. */
  lanes(): ReadonlyMap<string, number>
  workers(): number
  /** Says what hinders the run, or ends it, as the recipe says. */
  complain(text: string): void
  /** Waits until there is one. */
  someone(signal?: AbortSignal): Promise<void>
}

/** Offers the model, keeps count of who takes it, and looks after jobs that do not come back. */
export function watchCrew(given: {
  redis: Redis
  secret: string
  key: string
  offer: Offer
  where: string
  url: string
  settings: QueueSettings
  post: Post
  say: (text: string) => void
}): Crew {
  const { redis, secret, key, offer, where, settings, post, say } = given
  let lanes = new Map<string, number>()
  const since = { connected: performance.now(), worked: performance.now() }
  const seen = new Map<string, number>()
  const sealed = seal(secret, 'offer', JSON.stringify(offer))
  const command = `npx nx run loops:worker --queue=${given.url.replace(/\/\/[^@/]*@/, '//')}`
  let stopped: BadInput | null = null

  const late = (which: keyof typeof since) => (performance.now() - since[which]) / 1000
  const complain = (text: string) => {
    if (settings.whenDown === 'stop') {
      stopped = new BadInput(`${text}; what was done is kept, the same command goes on`)
      post.giveUp(stopped)
    } else say(`${text}; waiting for it (Ctrl-C ends the run, the same command goes on; queue.whenDown=stop ends it by itself)`)
  }
  const look = async () => {
    if (redis.status !== 'ready') {
      if (late('connected') > (settings.whenDown === 'stop' ? patience : 5))
        complain(`${where[0]?.toUpperCase()}${where.slice(1)} does not answer`)
      return
    }
    since.connected = performance.now()
    const done = await redis.multi().set(names.offer(key), sealed, 'PX', lasts.offer).sadd(names.offers, key).exec()
    const refused = done?.find(([error]) => error !== null)?.[0]
    if (refused) throw refused
    const { workers, foreign } = await readWorkers(redis, secret)
    if (foreign > 0) say(`${foreign} workers at ${where} are signed with another WHETSTONE_QUEUE_SECRET and get no work`)
    for (const { id, refuses } of workers) if (refuses[key] !== undefined) say(`Worker ${id} gets no work: ${refuses[key]}`)
    const now = new Map<string, number>()
    for (const { takes } of workers) {
      const lane = takes[key]
      if (lane !== undefined) now.set(lane, (now.get(lane) ?? 0) + 1)
    }
    for (const lane of now.keys()) seen.set(lane, performance.now())
    lanes = now
    if (now.size > 0) since.worked = performance.now()
    else if (late('worked') > (settings.whenDown === 'stop' ? patience : 10))
      complain(`No worker for ${offer.model.name} at ${where}: start one with ${command}`)
    // A class of machine that is gone while others are there: its tasks go to them.
    for (const [lane, at] of seen) {
      if (now.size === 0 || now.has(lane) || performance.now() - at < patience * 1000) continue
      seen.delete(lane)
      say(`All workers of class ${lane} are gone: their tasks go to ${[...now.keys()].join(', ')}`)
      await post.recall(lane)
    }
    await post.look()
  }
  let looking: Promise<void> | null = null
  const tick = () =>
    (looking ??= look()
      .catch((error: unknown) => {
        const known = explainRedis(error, where)
        if (known instanceof BadInput && !/does not answer/.test(known.message)) complain(known.message)
      })
      .finally(() => (looking = null)))
  const timer = setInterval(tick, beat * 1000)
  void tick()
  return {
    complain,
    lanes: () => lanes,
    workers: () => [...lanes.values()].reduce((sum, count) => sum + count, 0),
    async someone(signal) {
      since.worked = Math.max(since.worked, performance.now() - 1000)
      for (;;) {
        signal?.throwIfAborted()
        if (stopped) throw stopped
        if (lanes.size > 0) return
        await tick()
        if (lanes.size === 0) await sleep(250, undefined, signal ? { signal } : {})
      }
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      if (looking) await farewell(looking)
    },
  }
}
