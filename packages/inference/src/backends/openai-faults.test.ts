// One table of what goes wrong between us and an endpoint: each row ends in the answer, in a counted fault, or in one sentence that says what to do. None hangs, none
// sends the key to a stranger, none makes an answer of what is none.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTls } from 'node:https'
import { createServer as createSocket, type AddressInfo, type Server as SocketServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { Completion, Fault } from '@whetstone/core'
import { chatCompletions } from '../chat-completions.ts'
import { endpointClient } from '../endpoint-client.ts'

const pem = readFileSync(join(import.meta.dirname, 'self-signed.pem'))
const key = 'key-of-ours-1234567890'

type Answer = (request: IncomingMessage, response: ServerResponse, attempt: number) => void
const events = (...chunks: unknown[]) =>
  chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join('')
const piece = (content: string, finish: string | null = null) => ({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })
const whole = events(piece('4'), piece('2', 'stop'), '[DONE]')
const sse = { 'content-type': 'text/event-stream' }
const good: Answer = (_, response) => void response.writeHead(200, sse).end(whole)
const first =
  (bad: Answer): Answer =>
  (request, response, attempt) =>
    (attempt === 0 ? bad : good)(request, response, attempt)
const json =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

type Expected = { text: string; retries?: number } | { fault: RegExp } | { refused: RegExp }
type Row = [what: string, answer: Answer, expected: Expected, settings?: { idle?: number; timeout?: number; total?: number }]

const stranger = await listen(
  createServer((request, response) => {
    strangers.push(request)
    response.end()
  }),
)
const strangers: IncomingMessage[] = []

const rows: Row[] = [
  [
    'a redirect to another host',
    (_, response) => void response.writeHead(307, { location: `${stranger.url}/v1/x` }).end(),
    { refused: /redirects to http:\/\/127\.0\.0\.1:\d+, where the key was not sent/ },
  ],
  [
    'a redirect on the same host',
    (request, response) =>
      request.url?.endsWith('/there')
        ? void response.writeHead(200, sse).end(whole)
        : void response.writeHead(308, { location: '/there' }).end(),
    { text: '42', retries: 0 },
  ],
  [
    'a redirect in a circle',
    (request, response) => void response.writeHead(302, { location: request.url as string }).end(),
    { refused: /redirects in a circle/ },
  ],
  [
    'a slow drip',
    (_, response) => {
      response.writeHead(200, sse)
      const timer = setInterval(() => response.write(': wait\n\n'), 20)
      response.on('close', () => clearInterval(timer))
    },
    { fault: /^no answer within 0\.3 s$/ },
    { timeout: 0.3 },
  ],
  [
    'an answer that stops in the middle',
    (_, response) => void response.writeHead(200, sse).write(events(piece('4'))),
    { fault: /^no byte of the answer for 0\.1 s$/ },
    { idle: 0.1 },
  ],
  ['many slow retries', json(500, '{}'), { fault: /^HTTP 500/ }, { total: 0.05 }],
  ['half JSON', first(json(200, '{"choices": [{"message": {"cont')), { text: '42', retries: 1 }],
  [
    'half an event',
    first((_, response) => void response.writeHead(200, sse).end('data: {"choices": [{"index"')),
    { text: '42', retries: 1 },
  ],
  [
    'a connection that breaks off',
    first((_, response) => {
      response.writeHead(200, sse).write(events(piece('4')))
      setTimeout(() => response.destroy(), 20)
    }),
    { text: '42', retries: 1 },
  ],
  [
    'fewer bytes than were promised',
    first((_, response) => {
      response.writeHead(200, { ...sse, 'content-length': '99999' }).write(events(piece('4')))
      setTimeout(() => response.destroy(), 20)
    }),
    { text: '42', retries: 1 },
  ],
  [
    'a gzip bomb',
    (_, response) => void response.writeHead(200, { ...sse, 'content-encoding': 'gzip' }).end(bomb),
    { fault: /larger than 2 MiB/ },
  ],
  [
    'gzip that is none',
    first((_, response) => void response.writeHead(200, { ...sse, 'content-encoding': 'gzip' }).end(whole)),
    { text: '42', retries: 1 },
  ],
  [
    'gzip that is some',
    (_, response) => void response.writeHead(200, { ...sse, 'content-encoding': 'gzip' }).end(gzipSync(whole)),
    { text: '42' },
  ],
  [
    'an answer that is longer than was asked for',
    (_, response) => void response.writeHead(200, sse).end(events(piece('x'.repeat(100_000), 'stop'))),
    { fault: /longer than 16 tokens can be/ },
  ],
  [
    'a line of 10 MB',
    (_, response) => void response.writeHead(200, sse).end(events(piece('x'.repeat(10e6), 'stop'))),
    { fault: /larger than 2 MiB/ },
  ],
  [
    'bytes that are not the UTF-8 they should be',
    (_, response) => void response.writeHead(200, sse).end(Buffer.from(events(piece('caf\u00e9', 'stop')), 'latin1')),
    { fault: /not utf-8, as it says/ },
  ],
  [
    'Latin-1 that says so',
    (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream; charset=ISO-8859-1' })
        .end(Buffer.from(events(piece('caf\u00e9', 'stop')), 'latin1')),
    { text: 'caf\u00e9' },
  ],
  [
    'an encoding that nobody knows',
    (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream; charset=klingon' }).end(whole),
    { refused: /an encoding that nobody knows \(klingon\)/ },
  ],
  [
    'carriage returns, comments and a byte order mark',
    (_, response) => void response.writeHead(200, sse).end(`\ufeff: hello\r\n\r\n${whole.replaceAll('\n', '\r\n')}`),
    { text: '42' },
  ],
  ['more after the end', (_, response) => void response.writeHead(200, sse).end(`${whole}data: {"choices":\n\n`), { text: '42' }],
  ['nothing at all', first((_, response) => void response.writeHead(200, sse).end()), { text: '42', retries: 1 }],
  ['JSON null', first(json(200, 'null')), { text: '42', retries: 1 }],
  ['a number for an event', first((_, response) => void response.writeHead(200, sse).end(events('42'))), { text: '42', retries: 1 }],
  [
    'choices that are no list',
    first((_, response) => void response.writeHead(200, sse).end(events({ choices: { 0: 'x' } }))),
    { text: '42', retries: 1 },
  ],
  [
    'an error that is a text',
    first((_, response) => void response.writeHead(200, sse).end(events({ error: 'overloaded' }))),
    { text: '42', retries: 1 },
  ],
  [
    'a limit with Retry-After',
    first(json(429, '{"error": {"message": "slow down"}}', { 'retry-after': '0.05' })),
    { text: '42', retries: 1 },
  ],
  [
    'a gateway that is down',
    first((_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')),
    { text: '42', retries: 1 },
  ],
  [
    'a key that was withdrawn',
    json(401, '{"error": {"message": "withdrawn"}}'),
    { refused: /refuses to answer \(HTTP 401: withdrawn\): check key/ },
  ],
  ['a proxy that wants a password', json(407, '{}'), { fault: /a proxy that wants a password, perhaps/ }],
  ['an account without money', json(402, '{"error": {"message": "pay"}}'), { refused: /HTTP 402: pay/ }],
]
/** 100 MiB of what could be an answer, in 100 KB. */
const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20, ': \n\n'))

async function listen(server: Server | SocketServer, scheme = 'http') {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      else for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function ask(url: string, settings: Row[3] = {}, count = 1): Promise<(Completion | Fault)[]> {
  process.env['WHETSTONE_FAULTS_KEY'] = key
  const { client, hide } = await endpointClient({ url, keyVariable: 'WHETSTONE_FAULTS_KEY', idle: settings.idle ?? 30 })
  const endpoint = {
    client,
    hide,
    model: 'x',
    dialect: 'other' as const,
    concurrency: 1,
    where: url,
    timeout: settings.timeout ?? 10,
    total: settings.total,
    retries: 1,
    backoff: 0.01,
  }
  const requests = Array.from({ length: count }, (_, index) => ({
    id: `a${index}`,
    messages: [{ role: 'user' as const, content: '6*7=' }],
    seed: 1,
    sampling: { temperature: 0, maxTokens: 16 },
  }))
  return await Array.fromAsync(chatCompletions(endpoint, requests))
}

async function check(url: string, expected: Expected, settings: Row[3] = {}): Promise<void> {
  let result: Completion | Fault | undefined
  try {
    ;[result] = await ask(url, settings)
  } catch (error) {
    assert.instance(error, BadInput, (error as Error).stack)
    assert.ok('refused' in expected, (error as Error).message)
    assert.match((error as Error).message, (expected as { refused: RegExp }).refused)
    assert.not.match((error as Error).message, new RegExp(`${key}|\\n`))
    return
  }
  if ('text' in expected) {
    assert.is((result as Completion).text, expected.text, JSON.stringify(result))
    if (expected.retries !== undefined) assert.is((result as Completion).retries, expected.retries)
  } else {
    assert.ok('fault' in expected, JSON.stringify(result)?.slice(0, 200))
    assert.match((result as Fault).fault, (expected as { fault: RegExp }).fault)
  }
}

const test = suite('faults of endpoints')
for (const [what, answer, expected, settings] of rows)
  test(what, async () => {
    let attempt = 0
    await using server = await listen(
      createServer((request, response) => {
        request.resume().on('end', () => answer(request, response, attempt++))
      }),
    )
    await check(`${server.url}/v1`, expected, settings)
  })

test('a certificate that nobody vouches for', async () => {
  await using server = await listen(createTls({ key: pem, cert: pem }), 'https')
  await check(server.url, {
    refused: /cannot be trusted or understood: its certificate is signed by itself: trust it with NODE_EXTRA_CA_CERTS/,
  })
})
test('https where plain HTTP is spoken', async () => {
  await using server = await listen(createServer())
  await check(server.url.replace('http:', 'https:'), { refused: /does not speak TLS: write http:\/\/ in place of https:\/\// })
})
test('plain HTTP where TLS is spoken', async () => {
  await using server = await listen(createTls({ key: pem, cert: pem }))
  await check(server.url, { fault: /the connection was (reset|closed in the middle)|no answer within/ }, { timeout: 0.5 })
})
test('something that does not speak HTTP', async () => {
  await using server = await listen(createSocket((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n')))
  await check(server.url, { refused: /does not speak HTTP \(Response does not match/ })
})
test('a host that nobody knows', () => check('http://no-such-host.invalid/v1', { fault: /\(DNS\), (ENOTFOUND|EAI_AGAIN)/ }))
test('a port where nothing listens', async () => {
  const server = await listen(createServer())
  await server[Symbol.asyncDispose]()
  await check(server.url, { fault: /nothing listens there, ECONNREFUSED/ })
})
test('connections that are reset between answers lose none', async () => {
  await using server = await listen(
    createServer((request, response) => {
      request.resume()
      response.writeHead(200, { ...sse, connection: 'keep-alive' }).end(whole, () => setTimeout(() => request.socket.resetAndDestroy(), 1))
    }),
  )
  const answers = await ask(server.url, {}, 12)
  assert.is(answers.filter((answer) => 'text' in answer && answer.text === '42').length, 12, JSON.stringify(answers))
})
test('no stranger saw a request', () => assert.is(strangers.length, 0))
test.after(() => stranger[Symbol.asyncDispose]())
test.run()
