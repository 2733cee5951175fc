import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Completion, Fault } from '@whetstone/core'

// What is written goes to a scratch folder; set before core is read.
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-queue-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_QUEUE_SECRET'] = 'a secret for tests, 32 characters'
const { BadInput, hash } = await import('@whetstone/core')
const { Redis } = await import('ioredis')
const { Queue } = await import('bullmq')
const { numberedRequests } = await import('../numbered-requests.ts')
const { names, offerKey, protocol } = await import('./protocol.ts')
const { redisServer, withoutRedis } = await import('./redis-server.ts')
const { queueSecret, seal, unseal } = await import('./seal.ts')
const { openToy, toyBackend, toyWorker } = await import('./toy-queue.ts')

const test = suite('queue')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const missing = withoutRedis()
const it = (name: string, work: () => Promise<void>) => {
  if (missing) console.log(`SKIP queue: ${name}: ${missing}`)
  else test(name, work)
}

const requestsOf = (count: number, from = 0) => numberedRequests(count, { from })
const all = (generated: AsyncIterable<Completion | Fault>) => Array.fromAsync(generated)
const texts = (answers: (Completion | Fault)[]) => answers.map((answer) => ('fault' in answer ? answer.fault : answer.text)).sort()
const failure = (work: () => Promise<unknown>) =>
  work().then(
    () => new Error('nothing failed'),
    (error: Error) => error,
  )
const until = async (fact: () => unknown) => {
  while (!(await fact())) await sleep(20)
}
/** What is said on stderr meanwhile; the work may look at what has been said so far. */
async function said(work: (soFar: () => string) => Promise<unknown>): Promise<string> {
  const write = process.stderr.write.bind(process.stderr)
  let text = ''
  process.stderr.write = (piece: string | Uint8Array) => ((text += String(piece)), true)
  try {
    await work(() => text)
  } finally {
    process.stderr.write = write
  }
  return text
}

test('a seal holds for its secret, its purpose and its text, and for nothing else', () => {
  const sealed = seal('secret', 'job', 'text')
  assert.is(unseal('secret', 'job', sealed), 'text')
  for (const [secret, purpose, text] of [
    ['other', 'job', sealed],
    ['secret', 'result', sealed],
    ['secret', 'job', sealed.replace('text', 'test')],
    ['secret', 'job', JSON.stringify({ body: 'text' })],
    ['secret', 'job', JSON.stringify({ body: 'text', mac: '' })],
    ['secret', 'job', 'text'],
    ['secret', 'job', undefined],
  ] as const)
    assert.is(unseal(secret, purpose, text), null)
  const before = process.env['WHETSTONE_QUEUE_SECRET']
  for (const [value, says] of [
    [undefined, /is not set.*openssl rand -hex 32/],
    ['short', /shorter than 16/],
  ] as const) {
    if (value === undefined) delete process.env['WHETSTONE_QUEUE_SECRET']
    else process.env['WHETSTONE_QUEUE_SECRET'] = value
    assert.throws(queueSecret, says)
  }
  process.env['WHETSTONE_QUEUE_SECRET'] = before
})

it('lists go out side by side, every request is answered once, and nothing of the task travels', async () => {
  await using redis = await redisServer()
  const { backend, seen } = toyBackend(undefined, { wait: 30 })
  await using _one = toyWorker(redis.url, backend)
  await using _two = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.url, backend)
  const lists = Array.from({ length: 12 }, (_, i) => requestsOf(5, i * 5))
  const answers = await Promise.all(lists.map((list) => all(opened.generate(list))))
  for (const [i, list] of lists.entries())
    assert.equal(texts(answers[i] as Completion[]), texts(list.map(({ seed }) => ({ text: `answer ${seed}` }) as Completion)))
  assert.is(seen.length, 12, 'a list of a reproducible backend is one batch')
  assert.ok(answers.flat().every((answer) => 'where' in answer && answer.where?.startsWith('cpu-')))
  await until(() => opened.ahead?.(5) === 16)
  assert.equal(await all(opened.generate([])), [])
  const client = new Redis(redis.url)
  const held = (
    await Promise.all(
      (await client.keys('*')).map(async (name) =>
        (await client.type(name)) === 'hash' ? JSON.stringify(await client.hgetall(name)) : '',
      ),
    )
  ).join()
  assert.not.match(held, /task \d|reference/)
  client.disconnect()
})

it('a list that kills or fails its worker goes to the dead list with the reason; the others are answered', async () => {
  await using redis = await redisServer()
  const { backend } = toyBackend(({ seed }) => {
    if (seed === 3) throw new Error('cannot answer 3')
    return 'fine'
  })
  await using _worker = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.url, backend)
  let answers: (Completion | Fault)[][] = []
  const heard = await said(async () => {
    answers = await Promise.all([all(opened.generate(requestsOf(2, 0))), all(opened.generate(requestsOf(2, 2)))])
  })
  assert.equal(texts(answers[0] ?? []), ['fine', 'fine'])
  assert.equal(texts(answers[1] ?? []), Array(2).fill("the queue's workers failed: cannot answer 3"))
  assert.match(heard, /Job \w+ \(2 requests\) is on the dead list: cannot answer 3/)
  const client = new Redis(redis.url)
  const [dead] = await client.lrange(names.dead, 0, -1)
  assert.match(String(dead), /"reason":"cannot answer 3","requests":2/)
  client.disconnect()
})

it('an unsigned or altered job or result is refused and named', async () => {
  await using redis = await redisServer()
  const { backend, seen } = toyBackend()
  const client = new Redis(redis.url)
  await using worker = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.url, backend)
  await all(opened.generate(requestsOf(1)))
  const [key = ''] = await client.smembers(names.offers)
  const lane = ((await all(opened.generate(requestsOf(1, 1))))[0] as Completion).where as string
  const queue = new Queue(names.queue(key, lane), { connection: client as never, prefix: names.prefix })
  const body = JSON.stringify({ kind: 'generate', offer: key, requests: requestsOf(1, 7) })
  await queue.add('list', { sealed: body }, { jobId: hash(body) })
  await queue.add('list', { sealed: seal('another secret of 32 characters!', 'job', body) }, { jobId: 'forged' })
  await queue.add('list', { sealed: seal(process.env['WHETSTONE_QUEUE_SECRET'] as string, 'job', body) }, { jobId: 'renamed' })
  await until(async () => (await queue.getFailedCount()) === 3)
  assert.is(
    worker.printed.filter((line) =>
      /Job \w+ failed: worker .* refused it: it is unsigned, altered, or signed with another secret/.test(line),
    ).length,
    3,
  )
  assert.is(seen.length, 2)

  // a forger who is faster than the worker: what he wrote is refused and named, the job is done again
  await worker[Symbol.asyncDispose]()
  const heard = await said(async () => {
    const waiting = all(opened.generate(requestsOf(1, 50)))
    await until(async () => (await queue.getWaitingCount()) === 1)
    const [job] = await queue.getWaiting()
    const forged = seal(
      'another secret of 32 characters!',
      'result',
      JSON.stringify({ job: job?.id, answers: [{ id: '0', text: 'forged' }] }),
    )
    await client.lrem(`${names.prefix}:${queue.name}:wait`, 0, job?.id as string)
    await client.hset(queue.toKey(job?.id as string), { finishedOn: '1', returnvalue: JSON.stringify(forged) })
    await until(async () => (await queue.getWaitingCount()) === 1)
    await using _honest = toyWorker(redis.url, backend)
    assert.equal(texts(await waiting), ['answer 50'])
  })
  assert.match(heard, /Result of job \w+ refused: it is unsigned, altered, or signed with another secret/)
  await queue.close()
  client.disconnect()
})

it('a worker of another protocol, of other tools, of another secret or without the weights is refused, and both are named', async () => {
  await using redis = await redisServer()
  const { backend } = toyBackend()
  const client = new Redis(redis.url)
  await using opened = await openToy(redis.url, backend)
  await until(async () => (await client.smembers(names.offers)).length === 1)
  const [key = ''] = await client.smembers(names.offers)
  const secret = process.env['WHETSTONE_QUEUE_SECRET'] as string
  const offer = JSON.parse(unseal(secret, 'offer', await client.get(names.offer(key))) as string) as import('./protocol.ts').Offer
  const others = [
    { ...offer, protocol: protocol + 1 },
    { ...offer, tools: 'f'.repeat(64) },
    { ...offer, model: { ...offer.model, weights: { sha256: 'e'.repeat(64), bytes: 5 } } },
  ]
  for (const other of others) {
    await client.set(names.offer(offerKey(other)), seal(secret, 'offer', JSON.stringify(other)))
    await client.sadd(names.offers, offerKey(other))
  }
  await client.set(names.offer('unsigned'), seal('another secret of 32 characters!', 'offer', JSON.stringify(offer)))
  await client.sadd(names.offers, 'unsigned')
  await using worker = toyWorker(redis.url, backend)
  const printed = () => worker.printed.join('\n')
  await until(() => /offer unsigned is unsigned/.test(printed()) && /protocol/.test(printed()))
  assert.match(printed(), new RegExp(`its protocol is ${protocol}, and ${protocol + 1} was asked for`))
  assert.match(printed(), new RegExp(`its tools have stamp ${offer.tools.slice(0, 12)}, and ffffffffffff was asked for.*tools:build`))
  assert.equal(texts(await all(opened.generate(requestsOf(1)))), ['answer 0'])

  // the coordinator says it too
  const heard = await said(async (soFar) => {
    const card = {
      id: 'old-worker',
      protocol: 0,
      tools: 'x',
      takes: {},
      refuses: { [key]: 'its protocol is 0, and 1 was asked for' },
      loaded: null,
      done: 0,
    }
    await client
      .multi()
      .set(names.worker('old-worker'), seal(secret, 'worker', JSON.stringify(card)))
      .sadd(names.workers, 'old-worker', 'foreign')
      .exec()
    await client.set(names.worker('foreign'), seal('another secret of 32 characters!', 'worker', '{}'))
    await until(() => /Worker old-worker gets no work/.test(soFar()) && /are signed with another/.test(soFar()))
  })
  assert.match(heard, /Worker old-worker gets no work: its protocol is 0, and 1 was asked for/)
  assert.match(heard, /1 workers at the queue at 127\.0\.0\.1:\d+ are signed with another WHETSTONE_QUEUE_SECRET/)
  client.disconnect()
})

for (const persistent of [true, false])
  it(`Redis killed and started again ${persistent ? 'with' : 'without'} what it held: every request is answered, and once`, async () => {
    await using redis = await redisServer({ persistent })
    const { backend } = toyBackend(undefined, { wait: 100 })
    await using _one = toyWorker(redis.url, backend)
    await using _two = toyWorker(redis.url, backend)
    await using opened = await openToy(redis.url, backend)
    let done = 0
    const lists = Array.from({ length: 30 }, async (_, i) => {
      const answers = await all(opened.generate(requestsOf(3, i * 3)))
      done++
      return answers
    })
    await until(() => done > 5)
    await redis.restart()
    const answers = (await Promise.all(lists)).flat()
    assert.equal(texts(answers), texts(requestsOf(90).map(({ seed }) => ({ text: `answer ${seed}` }) as Completion)))
  })

it('connections that are cut come back, and every request is answered once', async () => {
  await using redis = await redisServer()
  const { backend } = toyBackend(undefined, { wait: 60 })
  await using _one = toyWorker(redis.line, backend)
  await using _two = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.line, backend)
  let done = 0
  const lists = Array.from({ length: 30 }, async (_, i) => {
    const answers = await all(opened.generate(requestsOf(3, i * 3)))
    done++
    return answers
  })
  await until(() => done > 5)
  redis.cut(true)
  await sleep(Number(process.env['WHETSTONE_QUEUE_CUT'] ?? 4) * 1000)
  redis.cut(false)
  assert.equal(
    texts((await Promise.all(lists)).flat()),
    texts(requestsOf(90).map(({ seed }) => ({ text: `answer ${seed}` }) as Completion)),
  )
})

it('a list that is not wanted any more is taken back; a closed model is of no use', async () => {
  await using redis = await redisServer()
  const { backend, seen } = toyBackend()
  const opened = await openToy(redis.url, backend)
  {
    await using _worker = toyWorker(redis.url, backend)
    await all(opened.generate(requestsOf(1)))
  }
  const stop = new AbortController()
  const client = new Redis(redis.url)
  const waiting = failure(() => all(opened.generate(requestsOf(1, 9), { signal: stop.signal })))
  await sleep(300)
  stop.abort()
  assert.is((await waiting).name, 'AbortError')
  await until(async () => (await client.keys('whetstone:jobs-*:wait')).length === 0)
  assert.is(seen.length, 1)
  await opened[Symbol.asyncDispose]()
  assert.ok(
    (await client.pttl(`whetstone:offer:${(await client.smembers(names.offers))[0]}`)) <= 5000,
    'its offer ends, unless another run makes it too',
  )
  assert.match((await failure(() => all(opened.generate(requestsOf(1))))).message, /was closed/)
  client.disconnect()
})

it('what is wrong with a queue is one line with its host, what to do, and no secret', async () => {
  await using redis = await redisServer({ password: 'pass-of-the-queue' })
  const { backend } = toyBackend()
  const { port } = redis
  const long = 'c'.repeat(40)
  for (const [url, says] of [
    ['redis://127.0.0.1:9', /^The queue at 127\.0\.0\.1:9 does not answer \(ECONNREFUSED\): start Redis or Valkey there/],
    [`redis://127.0.0.1:${port}`, /wants a password: put it into WHETSTONE_QUEUE_PASSWORD/],
    [`redis://:${long}@127.0.0.1:${port}`, /refuses the password: check WHETSTONE_QUEUE_PASSWORD/],
    [`redis://:pass-of-the-queue@127.0.0.1:${port}/99`, /has no such database/],
    [`rediss://127.0.0.1:${port}`, /do not agree on TLS|does not answer/],
    ['http://127.0.0.1:1', /is no queue: give redis:\/\/host:6379/],
    ['redis://nowhere.invalid', /The queue at nowhere\.invalid:6379 does not answer/],
  ] as const) {
    const error = await failure(() => openToy(url, backend))
    assert.instance(error, BadInput, `${url}: ${error.stack}`)
    assert.match(error.message, says)
    assert.not.match(error.message, /\n|pass-of-the-queue|cccc/)
  }
  process.env['WHETSTONE_QUEUE_PASSWORD'] = 'pass-of-the-queue'
  await using worker = toyWorker(redis.url, backend)
  await using opened = await openToy(redis.url, backend)
  assert.equal(texts(await all(opened.generate(requestsOf(1)))), ['answer 0'])
  assert.not.match(worker.printed.join(), /pass-of-the-queue/)
  delete process.env['WHETSTONE_QUEUE_PASSWORD']
})

it('eight workers that only wait do nearly eight times the work of one', async () => {
  const rate = async (workers: number) => {
    await using redis = await redisServer()
    const { backend } = toyBackend(undefined, { wait: 500 })
    await using stack = new AsyncDisposableStack()
    for (let i = 0; i < workers; i++) stack.use(toyWorker(redis.url, backend))
    await using opened = await openToy(redis.url, backend)
    await all(opened.generate(requestsOf(1, 1e6)))
    // On a machine that has no time for all of them the rates are compared as they are.
    const waited = performance.now()
    await until(() => opened.ahead?.(1) === 8 * workers || performance.now() - waited > 30_000)
    const lists = workers * 6
    const started = performance.now()
    await Promise.all(Array.from({ length: lists }, (_, i) => all(opened.generate(requestsOf(4, i * 4)))))
    return lists / (performance.now() - started)
  }
  const ratio = (await rate(8)) / (await rate(1))
  process.stdout.write(`  eight waiting workers: ${ratio.toFixed(2)}x one\n`)
  assert.ok(ratio > 4, `eight workers did ${ratio.toFixed(2)} times the work of one`)
})

test.run()
