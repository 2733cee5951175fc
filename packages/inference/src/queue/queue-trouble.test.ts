// What befalls a queue that is at work: a Redis that is full or read-only, a worker that can do nothing, several coordinators, clocks that jump.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Completion, Fault } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-queue-trouble-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_QUEUE_SECRET'] = 'a secret for tests, 32 characters'
const { BadInput } = await import('@whetstone/core')
const { Redis } = await import('ioredis')
const { numberedRequests } = await import('../numbered-requests.ts')
const { redisServer, withoutRedis } = await import('./redis-server.ts')
const { openToy, toyBackend, toyWorker } = await import('./toy-queue.ts')

const test = suite('queue in trouble')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const missing = withoutRedis()
const it = (name: string, work: () => Promise<void>) => {
  if (missing) console.log(`SKIP queue in trouble: ${name}: ${missing}`)
  else test(name, work)
}
const all = (generated: AsyncIterable<Completion | Fault>) => Array.fromAsync(generated)
const until = async (fact: () => unknown) => {
  while (!(await fact())) await sleep(20)
}
const lists = (opened: Awaited<ReturnType<typeof openToy>>, count: number) =>
  Array.from({ length: count }, (_, i) => all(opened.generate(numberedRequests(3, { from: 3 * i }))))
const right = (answers: (Completion | Fault)[], count: number) =>
  assert.equal(
    answers.map((answer) => ('fault' in answer ? answer.fault : answer.text)).sort(),
    Array.from({ length: count }, (_, i) => `answer ${i}`).sort(),
  )
const failure = (work: Promise<unknown>) =>
  work.then(
    () => new Error('nothing failed'),
    (error: Error) => error,
  )
/** Everything that goes to stderr from now on. */
function listen() {
  const write = process.stderr.write.bind(process.stderr)
  let text = ''
  process.stderr.write = (piece: string | Uint8Array) => ((text += String(piece)), true)
  return { said: () => text, [Symbol.dispose]: () => void (process.stderr.write = write) }
}
const troubles = [
  { what: 'full', begin: ['CONFIG', 'SET', 'maxmemory', '1'], end: ['CONFIG', 'SET', 'maxmemory', '0'], says: /is full \(maxmemory\)/ },
  {
    what: 'a read-only replica',
    begin: ['REPLICAOF', '127.0.0.1', '9'],
    end: ['REPLICAOF', 'NO', 'ONE'],
    says: /cannot be written \(READONLY\)/,
  },
] as const

for (const { what, begin, end, says } of troubles)
  it(`a Redis that is ${what}: said before anything is begun; in mid-run it is waited for, or the run stops`, async () => {
    await using redis = await redisServer()
    const client = new Redis(redis.url)
    const tell = (command: readonly string[]) => client.call(command[0] as string, ...command.slice(1))
    const { backend } = toyBackend(undefined, { wait: 50 })
    await tell(begin)
    const refused = await failure(openToy(redis.url, backend))
    assert.instance(refused, BadInput)
    assert.match(refused.message, says)
    await tell(end)
    using heard = listen()
    await using _worker = toyWorker(redis.url, backend)
    await using opened = await openToy(redis.url, backend)
    await Promise.all(lists(opened, 1))
    await tell(begin)
    const waiting = lists(opened, 12)
    await until(() => says.test(heard.said()))
    await tell(end)
    right((await Promise.all(waiting)).flat(), 36)
    {
      await using stopping = await openToy(redis.url, backend, { whenDown: 'stop' })
      await Promise.all(lists(stopping, 1))
      await tell(begin)
      const stopped = await failure(Promise.all(lists(stopping, 12)))
      assert.instance(stopped, BadInput)
      assert.match(stopped.message, says)
      assert.match(stopped.message, /what was done is kept, the same command goes on/)
      await tell(end)
    }
    client.disconnect()
  })

it('a worker that can do nothing (its disk is full) leaves the jobs to others and says why', async () => {
  await using redis = await redisServer()
  const { backend } = toyBackend(undefined, { wait: 20 })
  const full = toyBackend(() => {
    throw new BadInput('/tmp/sample.jsonl: the disk is full: free some space and run the same command again, it resumes (ENOSPC)')
  })
  using heard = listen()
  await using bad = toyWorker(redis.url, full.backend)
  await using _good = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.url, backend)
  await until(() => opened.ahead?.(1) === 16)
  right((await Promise.all(lists(opened, 60))).flat(), 180)
  await until(async () => {
    await Promise.all(lists(opened, 4))
    return /gets no work: it failed 3 jobs in a row \(.*disk is full/.test(heard.said())
  })
  assert.match(bad.printed.join('\n'), /Refused: it failed 3 jobs in a row/)
})

it('two runs on one queue with the same model and the same jobs: each gets all, and the end of one is not the end of the other', async () => {
  await using redis = await redisServer()
  const { backend, seen } = toyBackend(undefined, { wait: 30 })
  await using worker = toyWorker(redis.url, backend)
  await using _other = toyWorker(redis.url, backend)
  const [one, two] = [await openToy(redis.url, backend), await openToy(redis.url, backend)]
  const [first, second] = await Promise.all([Promise.all(lists(one, 20)), Promise.all([...lists(two, 20), ...lists(two, 20)])])
  right(first.flat(), 60)
  right(second.slice(0, 20).flat(), 60)
  right(second.slice(20).flat(), 60)
  assert.ok(seen.length <= 45, `${seen.length} lists were sampled, of 20 different ones`)
  await one[Symbol.asyncDispose]()
  await sleep(1500)
  right((await Promise.all(lists(two, 20))).flat(), 60)
  await two[Symbol.asyncDispose]()
  assert.is(worker.printed.filter((line) => line.startsWith('Loaded')).length, 1)
})

it('whoever writes garbage under our names is said to, and the work is done', async () => {
  await using redis = await redisServer()
  const client = new Redis(redis.url)
  const { backend } = toyBackend(undefined, { wait: 40 })
  using heard = listen()
  await using worker = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.url, backend)
  await Promise.all(lists(opened, 1))
  const waiting = lists(opened, 30)
  let wait = ''
  await until(async () => {
    ;[wait = ''] = await client.keys('whetstone:jobs-*:wait')
    return wait !== '' && (await client.llen(wait)) > 6
  })
  const queue = wait.slice(0, -':wait'.length)
  const ids = await client.lrange(wait, 0, -1)
  const [broken = '', foreign = '', gone = ''] = ids
  await client.hset(`${queue}:${broken}`, { finishedOn: '1', returnvalue: '"half a text' })
  await client.lrem(wait, 0, broken)
  await client.hset(`${queue}:${foreign}`, { data: JSON.stringify({ sealed: '{"body":1}' }) })
  await client.del(`${queue}:${gone}`)
  await client.xadd(`${queue}:events`, '*', 'event', 'completed', 'jobId', ids[5] as string, 'returnvalue', '"half')
  await client.xadd(`${queue}:events`, '*', 'event', 'completed', 'jobId', ids[6] as string, 'returnvalue', 'null')
  await client.lpush(wait, 'no-such-job')
  await client.set('whetstone:offer:odd', 'no seal')
  await client.sadd('whetstone:offers', 'odd', 'nothing')
  await client.set('whetstone:worker:odd', '{"body":')
  await client.sadd('whetstone:workers', 'odd')
  const answers = (await Promise.all(waiting)).flat()
  const lost = answers.filter((answer) => 'fault' in answer)
  assert.ok(lost.length <= 6, 'only the jobs whose data were overwritten are lost, and said to be')
  assert.is(answers.length, 90)
  assert.match(heard.said(), /refused/)
  assert.match(worker.printed.join('\n'), /Refused: offer odd is unsigned/)
  // a set that is none any more: waited for
  await client.multi().del('whetstone:offers').set('whetstone:offers', 'a text').exec()
  await until(() => /WRONGTYPE/.test(worker.printed.join('\n')) && /WRONGTYPE/.test(heard.said()))
  await client.del('whetstone:offers')
  right((await Promise.all(lists(opened, 4))).flat(), 12)
  client.disconnect()
})

it('clocks that jump a day forth and back change nothing', async () => {
  await using redis = await redisServer()
  const { backend } = toyBackend(undefined, { wait: 40 })
  await using _one = toyWorker(redis.url, backend)
  await using _two = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.url, backend)
  const { now } = Date
  try {
    const waiting = lists(opened, 40)
    for (const day of [1, -1, 30, 0]) {
      Date.now = () => now() + day * 86_400_000
      await sleep(300)
    }
    right((await Promise.all(waiting)).flat(), 120)
  } finally {
    Date.now = now
  }
})

it('what is ended while the line is down ends', async () => {
  await using redis = await redisServer()
  const { backend } = toyBackend(undefined, { wait: 100 })
  const worker = toyWorker(redis.line, backend)
  const opened = await openToy(redis.line, backend)
  await Promise.all(lists(opened, 1))
  const stop = new AbortController()
  const waiting = Array.from({ length: 8 }, (_, i) =>
    failure(all(opened.generate(numberedRequests(3, { from: 100 + 3 * i }), { signal: stop.signal }))),
  )
  await sleep(150)
  redis.cut(true)
  await sleep(1200)
  stop.abort()
  for (const error of await Promise.all(waiting)) assert.ok(error instanceof Error)
  await Promise.all([opened[Symbol.asyncDispose](), worker[Symbol.asyncDispose]()])
  assert.match(worker.printed.join('\n'), /Worker \S+ ends/)
})

it('what is no Redis is said to be none', async () => {
  const other = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const error = await failure(openToy(`redis://127.0.0.1:${port}`, toyBackend().backend))
  assert.instance(error, BadInput)
  assert.match(error.message, new RegExp(`^The queue at 127\\.0\\.0\\.1:${port} is no Redis: something else listens there`))
  other.close()
})

test.run()
