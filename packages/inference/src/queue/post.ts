import { BadInput, hash } from '@whetstone/core'
import type { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueAddress } from './connect-redis.ts'
import { another, explainRedis, farewell } from './connect-redis.ts'
import { names, Result, type DeadJob, type Job } from './protocol.ts'
import { seal, unseal } from './seal.ts'

/** Sends jobs and brings back what came of them, each once. */
export type Post = AsyncDisposable & {
  /** Throws {@link DeadJobError} where no worker could do it, BadInput where the queue is given up. */
  send(lane: string, job: Job, signal?: AbortSignal): Promise<Result>
  /** Looks after what has not come back; called every few seconds. */
  look(): Promise<void>
  /** Nobody waits any more: everything ends with this error. */
  giveUp(error: Error): void
  /** Jobs under way by lane. */
  outstanding(lane: string): number
  /** Takes the jobs of a lane back: they are sent to another. */
  recall(lane: string): Promise<void>
}

/** No worker could do a job: it is on the dead list. */
export class DeadJobError extends Error {}
/** The lane has no workers any more; the job is to go elsewhere. */
export class RecalledError extends Error {}

type Pending = {
  id: string
  lane: string
  data: string
  requests: number
  ids: ReadonlySet<string>
  kind: Job['kind']
  added: number
  refusals: number
  settle: PromiseWithResolvers<Result>
}
type Lane = { queue: Queue; events: QueueEvents; listening: Redis; pending: Map<string, Pending> }

/** Events of a job: more would hold results in Redis after they were taken. */
const eventsKept = 200
const mostRefusals = 5

export async function openPost(given: {
  redis: Redis
  address: QueueAddress
  secret: string
  /** Key of the offer, and what a worker must have done it with. */
  key: string
  expected: Pick<Result, 'protocol' | 'tools' | 'weights' | 'adapter'>
  say: (text: string) => void
  /** Redis refuses what was sent. */
  complain: (text: string) => void
}): Promise<Post> {
  const { redis, address, secret, key, expected, say, complain } = given
  const { Queue, QueueEvents } = await import('bullmq')
  const lanes = new Map<string, Lane>()
  let closed = false

  const laneOf = (name: string): Lane => {
    const known = lanes.get(name)
    if (known) return known
    const queueName = names.queue(key, name)
    const queue = new Queue(queueName, {
      connection: redis,
      prefix: names.prefix,
      streams: { events: { maxLen: eventsKept } },
      defaultJobOptions: { attempts: 3, removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } },
    })
    const listening = another(redis)
    const events = new QueueEvents(queueName, { connection: listening, prefix: names.prefix })
    queue.on('error', () => {})
    events.on('error', () => {})
    const lane: Lane = { queue, events, listening, pending: new Map() }
    events.on('completed', ({ jobId, returnvalue }) => void settle(lane, jobId, returnvalue))
    events.on('failed', ({ jobId, failedReason }) => void bury(lane, jobId, failedReason))
    lanes.set(name, lane)
    return lane
  }

  // What is sent in one turn goes out as one bulk.
  let outbox: Pending[] = []
  let flushing: NodeJS.Immediate | null = null
  const post = (pending: Pending) => {
    outbox.push(pending)
    flushing ??= setImmediate(() => {
      const bulk = outbox
      outbox = []
      flushing = null
      for (const [name, group] of Map.groupBy(bulk, ({ lane }) => lane))
        laneOf(name)
          .queue.addBulk(group.map(({ id, data }) => ({ name: 'list', data: { sealed: data }, opts: { jobId: id } })))
          // What did not get there is sent again (look); a connection that broke comes back by itself.
          .catch((error: unknown) => {
            const known = explainRedis(error, address.where)
            if (known instanceof BadInput && !/does not answer/.test(known.message)) complain(known.message)
          })
    })
  }

  const settle = async (lane: Lane, id: string, value: unknown) => {
    const pending = lane.pending.get(id)
    if (!pending) return
    const checked = check(pending, value)
    if (typeof checked === 'string') {
      pending.refusals++
      say(`Result of job ${id.slice(0, 12)} refused: ${checked}`)
      if (pending.refusals >= mostRefusals)
        return pending.settle.reject(
          new BadInput(
            `${address.where}: ${mostRefusals} results of job ${id.slice(0, 12)} were refused (${checked}): look at who writes there`,
          ),
        )
      await lane.queue.remove(id).catch(() => 0)
      return post(pending)
    }
    lane.pending.delete(id)
    pending.settle.resolve(checked)
    await lane.queue.remove(id).catch(() => 0)
  }

  const check = (pending: Pending, value: unknown): Result | string => {
    const text = typeof value === 'string' ? value : ''
    const body = unseal(secret, 'result', unquoted(text))
    if (body === null) return 'it is unsigned, altered, or signed with another secret'
    const parsed = Result.safeParse(JSON.parse(body))
    if (!parsed.success) return `it is no result (${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message})`
    const result = parsed.data
    if (result.job !== pending.id) return `${result.worker} sent that of job ${result.job.slice(0, 12)}`
    for (const name of ['protocol', 'tools', 'weights', 'adapter'] as const)
      if (result[name] !== expected[name])
        return `${result.worker} works with ${name} ${short(result[name])}, and ${short(expected[name])} was asked for`
    const ids = (pending.kind === 'generate' ? result.answers : result.scores)?.map((row) => row.id) ?? []
    if (
      new Set(ids).size !== ids.length ||
      ids.some((row) => !pending.ids.has(row)) ||
      (pending.kind === 'generate' && ids.length !== pending.ids.size)
    )
      return `${result.worker} answered ${ids.length} of ${pending.ids.size} requests, or what was not asked`
    return result
  }

  const bury = async (lane: Lane, id: string, reason: string) => {
    const pending = lane.pending.get(id)
    if (!pending) return
    lane.pending.delete(id)
    const dead: DeadJob = { job: id, offer: key, reason: reason.slice(0, 500), requests: pending.requests, at: new Date().toISOString() }
    say(`Job ${id.slice(0, 12)} (${pending.requests} requests) is on the dead list: ${dead.reason}`)
    pending.settle.reject(new DeadJobError(dead.reason))
    await redis
      .multi()
      .lpush(names.dead, JSON.stringify(dead))
      .ltrim(names.dead, 0, 999)
      .exec()
      .catch(() => null)
    await lane.queue.remove(id).catch(() => 0)
  }

  const giveUp = (error: Error) => {
    for (const { pending } of lanes.values()) {
      for (const { settle: waiting } of pending.values()) waiting.reject(error)
      pending.clear()
    }
  }

  return {
    giveUp,
    outstanding: (name) => [...(lanes.get(name)?.pending.values() ?? [])].reduce((sum, { requests }) => sum + requests, 0),
    send(lane, job, signal) {
      if (closed) throw new Error('the queue was closed')
      signal?.throwIfAborted()
      const body = JSON.stringify(job)
      const id = hash(body)
      const { queue, pending: all } = laneOf(lane)
      const known = all.get(id)
      if (known) return known.settle.promise
      const pending: Pending = {
        id,
        lane,
        data: seal(secret, 'job', body),
        requests: job.requests.length,
        ids: new Set(job.requests.map((request) => request.id)),
        kind: job.kind,
        added: performance.now(),
        refusals: 0,
        settle: Promise.withResolvers(),
      }
      all.set(id, pending)
      const stop = () => {
        if (!all.delete(id)) return
        pending.settle.reject(signal?.reason as Error)
        void queue.remove(id).catch(() => 0) // one that is being worked on stays, and its result is looked at by nobody
      }
      signal?.addEventListener('abort', stop, { once: true })
      post(pending)
      return pending.settle.promise.finally(() => signal?.removeEventListener('abort', stop))
    },
    async look() {
      if (redis.status !== 'ready') return
      for (const lane of lanes.values()) {
        const waiting = [...lane.pending.values()].filter(({ added }) => performance.now() - added > 300)
        if (waiting.length === 0) continue
        const asked = redis.pipeline()
        for (const { id } of waiting)
          asked.exists(lane.queue.toKey(id)).hmget(lane.queue.toKey(id), 'timestamp', 'finishedOn', 'failedReason', 'returnvalue')
        const answers = (await asked.exec()) ?? []
        for (const [i, pending] of waiting.entries()) {
          const [, exists] = answers[2 * i] ?? []
          const [error, fields] = answers[2 * i + 1] ?? []
          if (error || !fields || !lane.pending.has(pending.id)) continue
          const [there, finished, failed, value] = fields as (string | null)[]
          // Redis came back without its data.
          if (there === null) {
            // A worker's marks on a job whose data went away would keep it from being added.
            if (exists === 1) await redis.unlink(lane.queue.toKey(pending.id))
            post(pending)
          } else if (finished && failed) await bury(lane, pending.id, failed)
          else if (finished) await settle(lane, pending.id, value)
        }
      }
    },
    async recall(name) {
      const lane = lanes.get(name)
      if (!lane) return
      for (const [id, { settle: waiting }] of lane.pending) {
        lane.pending.delete(id)
        waiting.reject(new RecalledError(name))
        await lane.queue.remove(id).catch(() => 0)
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      if (flushing) clearImmediate(flushing)
      giveUp(new Error('the queue was closed'))
      for (const { queue, events, listening } of lanes.values()) {
        // What BullMQ keeps of a queue that nobody will use again.
        if (redis.status === 'ready')
          await Promise.all(['meta', 'id', 'events'].map((name) => redis.expire(queue.toKey(name), 3600))).catch(() => null)
        listening.disconnect()
        await farewell(Promise.all([events.close(), queue.close()]))
      }
    },
  }
}

/** BullMQ keeps values as JSON: a text in quotes. Anybody may have written there. */
function unquoted(text: string): unknown {
  try {
    return text.startsWith('"') ? JSON.parse(text) : text
  } catch {
    return null
  }
}

const short = (value: unknown) => (typeof value === 'string' ? `${value.slice(0, 12)}…` : String(value))
