import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, decodePercent } from '@whetstone/core'
import type { Redis, RedisOptions } from 'ioredis'

export type QueueAddress = { where: string; options: RedisOptions }

/** Where a queue is: the password may stand in the environment, and is in no message. */
export function queueAddress(text: string): QueueAddress {
  const url = URL.parse(text)
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw new BadInput(`${text.replace(/[^/]*@/, '')} is no queue: give redis://host:6379, or rediss://host:6379 for TLS`)
  const port = Number(url.port || 6379)
  const db = url.pathname.length > 1 ? Number(url.pathname.slice(1)) : 0
  if (!Number.isInteger(db))
    throw new BadInput(`${url.host}${url.pathname}: what follows the host is the number of a Redis database, e.g. redis://host:6379/1`)
  const password = url.password ? decodePercent(url.password, 'The password of the queue') : process.env['WHETSTONE_QUEUE_PASSWORD']
  return {
    where: `the queue at ${url.hostname}:${port}`,
    options: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port,
      db,
      username: url.username ? decodePercent(url.username, 'The user of the queue') : undefined,
      password: password || undefined,
      tls: url.protocol === 'rediss:' ? (isIP(url.hostname.replace(/^\[|\]$/g, '')) ? {} : { servername: url.hostname }) : undefined,
    },
  }
}

/** A connection that comes back by itself; the first one is tried before anything is built on it. */
export async function connectRedis(address: QueueAddress): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const probe = new Redis({
    ...address.options,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 10_000,
  })
  let last: Error | undefined
  probe.on('error', (error: Error) => (last = error))
  try {
    await probe.connect()
    // A replica, a full one, a user who may only read: found out before anything is built on it.
    await probe.set('whetstone:probe', '1', 'PX', 1000)
    if (last) throw last // e.g. there is no such database: the connection stands all the same
  } catch (error) {
    throw explainRedis(last ?? error, address.where)
  } finally {
    probe.disconnect()
  }
  const redis = new Redis({
    ...address.options,
    // Commands wait for the connection; who must not wait looks at its state.
    maxRetriesPerRequest: null,
    connectTimeout: 10_000,
    keepAlive: 10_000,
    retryStrategy: again,
  })
  redis.on('error', () => {}) // told by whoever waits
  await redis.ping()
  return redis
}

/** Milliseconds until a connection that broke is tried again. */
const again = (times: number) => Math.min(250 * times, 3000)

/** Another connection like this one, for what blocks. Who asks for it disconnects it. */
export function another(redis: Redis): Redis {
  let over = false
  // BullMQ makes further ones of it that nobody else can end: while the line is down they would be tried for ever, and no process would end.
  const other = redis.duplicate({ retryStrategy: (times) => (over ? null : again(times)) })
  other.on('error', () => {})
  other.on('end', () => (over = true))
  return other
}

/** Waits for a farewell, but not for ever: ioredis never answers commands of a connection that is ended while it tries to come back. */
export async function farewell(work: Promise<unknown>, seconds = 5): Promise<void> {
  const late = new AbortController()
  await Promise.race([work.catch(() => {}), sleep(seconds * 1000, undefined, { signal: late.signal }).catch(() => {})])
  late.abort()
}

/** A broken connection or a refusal of Redis's as one line; other errors pass through. */
export function explainRedis(error: unknown, where: string): unknown {
  const { code, message: outer = '', previousErrors = [] } = error as { code?: string; message?: string; previousErrors?: Error[] }
  // What a transaction was given up for.
  const message = [outer, ...previousErrors.map((each) => each.message)].join(' ')
  const say = (what: string) => new BadInput(`${where[0]?.toUpperCase()}${where.slice(1)} ${what}`)
  if (/WRONGPASS|invalid password/i.test(message)) return say('refuses the password: check WHETSTONE_QUEUE_PASSWORD')
  if (/NOAUTH|Authentication required/i.test(message))
    return say('wants a password: put it into WHETSTONE_QUEUE_PASSWORD, in the environment or in .env')
  if (/NOPERM/.test(message)) return say("gives this user no right to do that: check the user's ACL")
  if (/\bOOM\b|maxmemory/.test(message)) return say('is full (maxmemory): give it more memory, or empty it')
  const readOnly = /MISCONF|READONLY|NOREPLICAS/.exec(message)?.[0]
  if (readOnly !== undefined) return say(`cannot be written (${readOnly}): look at its disk, or name the primary`)
  if (/^(MOVED|CLUSTERDOWN|CROSSSLOT)\b/.test(message)) return say('is a part of a Redis Cluster: name a Redis or Valkey of its own')
  if (/max number of clients/.test(message)) return say('has no connection free (maxclients): raise it, or end what holds connections')
  if (/^(LOADING|BUSY|MASTERDOWN)\b/.test(message))
    return say(`does not answer yet (${message.split(' ')[0]}): try again when it has loaded its data`)
  if (/WRONGTYPE/.test(message))
    return say('holds other things under our names (WRONGTYPE): look at who writes there, or take another database of it')
  if (/Protocol error/.test(message)) return say('is no Redis: something else listens there, check the port')
  if (/Redis version needs/.test(message)) return say(`is too old (${message.slice(0, 80)}): take Redis 6.2 or later, or Valkey`)
  if (/DB index is out of range/i.test(message)) return say('has no such database: check the number after the host')
  if (/wrong version number|SSL|TLS|certificate/i.test(`${code} ${message}`))
    return say(`and we do not agree on TLS (${code ?? message.slice(0, 80)}): rediss:// is with it, redis:// without`)
  if ((code !== undefined && /^E[A-Z]+$/.test(code)) || /Connection is closed|ETIMEDOUT|connect/i.test(message))
    return say(`does not answer (${code ?? message}): start Redis or Valkey there (docs/scale.md), or check the address`)
  return error
}
