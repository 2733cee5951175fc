import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, isFault, type Completion, type Fault, type GenerateRequest } from '@whetstone/core'
import { retryAfter } from '../provider-error.ts'
import { exhausted } from '../lanes/endpoint-lane.ts'
import { openPins } from '../lanes/pins.ts'
import { fakeEndpoint, sendAnswer, sendError, type FakeHandler } from '../fake-endpoint.ts'
import { numberedRequests } from '../numbered-requests.ts'
import { scriptedModel } from '../scripted.ts'
import endpoints from './endpoints.ts'

const test = suite('endpoints')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-endpoints-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))

type Kind = 'never' | 'broken' | 'half' | 'good' | 'slow' | 'limited' | 'dying' | 'changing' | 'other'
const latency = 100
/** An endpoint that answers `name: prompt` after a while, and misbehaves as its kind does. */
function server(kind: Kind) {
  let calls = 0
  const answer = (response: ServerResponse, model: string, prompt: string) => sendAnswer(response, [{ content: `${model}: ${prompt}` }])
  const handler: FakeHandler = async (request, response) => {
    calls++
    const prompt = request.body.messages.at(-1)?.content ?? ''
    if (kind === 'dying' && calls > 60) return void response.destroy()
    if (kind === 'limited' && calls % 3 > 0) return sendError(response, 429, { message: 'slow down' }, { 'retry-after': '0.5' })
    if (kind === 'never')
      return sendError(response, 429, { message: 'later' }, { 'retry-after': ['0', '-1', later(-60)][calls % 3] as string })
    if (kind === 'broken') return sendAnswer(response, [{ content: `right: ${prompt.slice(0, 1)}` }], null)
    if (kind === 'half') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"id":"x","choices":[{"index":0,"delta":{"con')
      return void response.end('\n\n')
    }
    await sleep(kind === 'slow' ? latency * 15 : latency)
    answer(response, kind === 'other' || (kind === 'changing' && calls > 200) ? 'another' : 'right', prompt)
  }
  return fakeEndpoint(handler)
}
const requestsOf = (count: number, samples = 1) => numberedRequests(count, { samples })
/** All requests over endpoints of these kinds, what was said of them, and how long it took. */
async function over(kinds: readonly Kind[], requests: GenerateRequest[], more: { spreadFile?: string; concurrency?: number } = {}) {
  await using stack = new AsyncDisposableStack()
  const servers = []
  for (const kind of kinds) servers.push(stack.use(await server(kind)))
  let said = ''
  const write = process.stderr.write.bind(process.stderr)
  process.stderr.write = (text: string | Uint8Array) => ((said += String(text)), true)
  try {
    const backend = endpoints({ endpoints: servers.map(({ url }) => ({ url })), cooldown: 0.2 })
    const model = await backend.open(scriptedModel('over'), { concurrency: more.concurrency ?? 8, spreadFile: more.spreadFile })
    const started = performance.now()
    // In lists, as chunks come.
    const lists = Array.from({ length: Math.ceil(requests.length / 100) }, (_, i) => requests.slice(i * 100, (i + 1) * 100))
    const answers = (await Promise.all(lists.map((list) => Array.fromAsync(model.generate(list))))).flat()
    const seconds = (performance.now() - started) / 1000
    await model[Symbol.asyncDispose]()
    return { answers, said, seconds, hosts: servers.map(({ url }) => new URL(url).host), seen: servers.map(({ seen }) => seen.length) }
  } finally {
    process.stderr.write = write
  }
}
const rightly = (answers: (Completion | Fault)[], count: number) => {
  assert.is(answers.length, count)
  assert.is(new Set(answers.map(({ id }) => id)).size, count)
  for (const answer of answers) assert.is(isFault(answer) ? answer.fault : answer.text, `right: ${answer.id}?`)
}

test('eight endpoints, of which one slow, one limited, one dying, one that turns into another model: nothing lost, nothing wrong, the bad ones put out with the reason', async () => {
  const count = 1500
  const good = await over(['good', 'good', 'good', 'good'], requestsOf(count))
  rightly(good.answers, count)
  const all = await over(['good', 'slow', 'good', 'limited', 'good', 'dying', 'good', 'changing'], requestsOf(count))
  rightly(all.answers, count)
  assert.match(
    all.said,
    new RegExp(`Endpoint ${all.hosts[7]} is put out: it answers [23] of 3 probe prompts at temperature 0 as another model`),
  )
  assert.match(all.said, new RegExp(`Endpoint ${all.hosts[5]} is put out: it fails again and again`))
  for (const i of [0, 1, 2, 3, 4, 6]) assert.not.match(all.said, new RegExp(`${all.hosts[i]} is put out`))
  process.stdout.write(
    `  eight endpoints, four of them good: ${((100 * good.seconds) / all.seconds).toFixed(0)}% of the throughput of the four alone\n`,
  )
  assert.ok(all.seconds < 2 * good.seconds, `${all.seconds} s against ${good.seconds} s`)
})

test('all that is asked for a task goes to one endpoint, in later arms and after a restart too; a task whose endpoint is gone moves', async () => {
  const spreadFile = join(scratch, 'spread.json')
  const where = (answers: (Completion | Fault)[]) => new Map(answers.map((answer) => [answer.id, (answer as Completion).where]))
  await using stack = new AsyncDisposableStack()
  const servers = [stack.use(await server('good')), stack.use(await server('good')), stack.use(await server('good'))]
  const openWith = (some: typeof servers) =>
    endpoints({ endpoints: some.map(({ url }) => ({ url, price: { prompt: 1, completion: 2 } })) }).open(scriptedModel('over'), {
      concurrency: 4,
      spreadFile,
    })
  const requests = requestsOf(60, 4)
  const arm = async (some: typeof servers) => {
    const model = await openWith(some)
    const answers = await Array.fromAsync(model.generate(requests))
    await model[Symbol.asyncDispose]()
    return where(answers)
  }
  const first = await arm(servers)
  assert.is(new Set(first.values()).size, 3)
  for (let task = 0; task < 15; task++) assert.is(new Set([0, 1, 2, 3].map((sample) => first.get(String(task * 4 + sample)))).size, 1)
  assert.equal(await arm(servers), first)
  const [gone] = servers.splice(1, 1)
  await gone?.[Symbol.asyncDispose]()
  const later = await arm(servers)
  const lost = new URL(gone?.url as string).host
  for (const [id, host] of first) if (host !== lost) assert.is(later.get(id), host)
  assert.not.ok([...later.values()].includes(lost))
  const rows = readFileSync(join(scratch, 'endpoints.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { endpoint: string; answered: number; cost: number; tokens: { prompt: number; completion: number } })
  assert.is(
    rows.reduce((sum, { answered }) => sum + answered, 0),
    180,
  )
  for (const { cost, tokens } of rows) assert.is(cost, (tokens.prompt + 2 * tokens.completion) / 1e6)
})

test('an endpoint that serves another model from the beginning is put out; with none left the run stops in one line', async () => {
  const { answers, said, hosts } = await over(['good', 'good', 'other', 'good'], requestsOf(50))
  rightly(answers, 50)
  assert.match(said, new RegExp(`${hosts[2]} is put out: it answers probe prompts .* unlike the 3 others`))
  const error = await over(['dying'], requestsOf(200)).then(
    () => new Error('nothing failed'),
    (failed: Error) => failed,
  )
  assert.instance(error, BadInput)
  assert.match(
    error.message,
    /^No endpoint is left: 127\.0\.0\.1:\d+ fails again and again .*: mend one and run the same command again, it resumes$/,
  )
})

test('what providers say of their limits', () => {
  for (const [headers, wait] of [
    [{}, null],
    [{ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '1s' }, null],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1.5s' }, 1.5],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '20ms' }, 0.02],
    [{ 'ratelimit-remaining-requests': '0', 'ratelimit-reset-requests': '7' }, 7],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 60],
    [{ 'x-ratelimit-remaining-requests': '0' }, 0],
    [{ 'x-ratelimit-remaining-requests': '-1', 'x-ratelimit-reset-requests': '5s' }, null],
    [{ 'x-ratelimit-remaining-requests': 'unlimited' }, null],
    [{ 'x-ratelimit-remaining-requests': '', 'x-ratelimit-reset-requests': '5s' }, null],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1.2.3' }, 0],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1893456000' }, 60],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'soon' }, 0],
  ] as const)
    assert.is(exhausted(new Headers(headers as Record<string, string>)), wait)
})

const later = (seconds: number) => new Date(Date.parse('2026-11-30T12:00:00Z') + 1000 * seconds).toUTCString()
test('Retry-After in every form: what is no time to wait is none', () => {
  for (const [headers, wait] of [
    [{}, undefined],
    [{ 'retry-after': '3' }, 3],
    [{ 'retry-after': ' 0.5 ' }, 0.5],
    [{ 'retry-after': '0' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '1e3' }, undefined],
    [{ 'retry-after': later(20) }, 20],
    [{ 'retry-after': later(-20) }, undefined],
    // the provider's clock is an hour ahead of ours
    [{ 'retry-after': later(3620), date: later(3600) }, 20],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1.5],
    [{ 'retry-after-ms': '-1', 'retry-after': '9' }, 9],
  ] as const)
    assert.is(retryAfter(new Headers(headers as Record<string, string>), Date.parse('2026-11-30T12:00:00Z')), wait, JSON.stringify(headers))
})

test('endpoints that always say "later", break off in mid-word, or answer with half a JSON lose nothing', async () => {
  const answers = await over(['good', 'never', 'broken', 'half', 'good'], requestsOf(200))
  rightly(answers.answers, 200)
})

test('pins keep a task where it was, and count what moved', () => {
  const file = join(scratch, 'pins/spread.json')
  const pins = openPins(file)
  assert.is(pins.laneOf('a'), null)
  pins.pin('a', 'one')
  pins.begin('a')
  pins.end('a', false)
  assert.is(pins.laneOf('a'), null, 'nothing was answered: it is free again')
  pins.pin('a', 'one')
  pins.begin('a')
  pins.end('a', true)
  pins.save()
  assert.ok(existsSync(file))
  const again = openPins(file)
  assert.equal([again.laneOf('a'), again.moved], ['one', 0])
  again.release('one')
  assert.is(again.laneOf('a'), null)
  again.pin('a', 'two')
  assert.equal([again.laneOf('a'), again.moved], ['two', 1])
})

test.run()
