import type { Redis } from 'ioredis'
import { names, WorkerCard } from './protocol.ts'
import { unseal } from './seal.ts'

/** The workers that have said something in the last seconds. Cards that are not signed with our secret are counted. */
export async function readWorkers(redis: Redis, secret: string): Promise<{ workers: WorkerCard[]; foreign: number }> {
  const ids = await redis.smembers(names.workers)
  if (ids.length === 0) return { workers: [], foreign: 0 }
  const cards = await redis.mget(ids.map(names.worker))
  const gone = ids.filter((_, i) => cards[i] === null)
  if (gone.length > 0) await redis.srem(names.workers, ...gone)
  const there = cards.filter((card) => card !== null)
  const workers = there.flatMap((card) => {
    const body = unseal(secret, 'worker', card)
    const parsed = body === null ? null : WorkerCard.safeParse(JSON.parse(body))
    return parsed?.success ? [parsed.data] : []
  })
  return { workers, foreign: there.length - workers.length }
}
