import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, random } from '@whetstone/core'
import type { Completion, Fault, GenerateRequest, Sampling } from '@whetstone/core'
import { backendContract } from '../contract.ts'
import { fakeEndpoint, sendAnswer, sendError } from '../fake-endpoint.ts'
import type { FakeHandler } from '../fake-endpoint.ts'
import openai, { describeEndpoint } from './openai.ts'
import type { Endpoint } from './openai.ts'

const overflow = {
  message: 'the request exceeds the available context size',
  type: 'exceed_context_size_error',
  code: 400,
  n_prompt_tokens: 900,
  n_ctx: 64,
}

/** Letters drawn by the seed, one a token. */
const babble: FakeHandler = ({ body }, response) => {
  if (body.messages.some(({ content }) => content.length > 64 * 4)) return sendError(response, 400, overflow)
  const next = random(body.temperature === 0 ? 0 : body.seed)
  let text = Array.from({ length: Math.min(40, body.max_tokens ?? 40) }, () => String.fromCharCode(97 + Math.floor(next() * 26))).join('')
  const stops = (body.stop ?? []).map((stop) => text.indexOf(stop)).filter((at) => at !== -1)
  const finish = stops.length > 0 ? 'stop' : 'length'
  text = text.slice(0, Math.min(text.length, ...stops))
  sendAnswer(
    response,
    [...text].map((content) => ({ content })),
    finish,
  )
}
const contract = await fakeEndpoint(babble)
backendContract('openai', async () => ({
  backend: openai({ url: contract.url }),
  model: await describeEndpoint({ url: contract.url }),
  context: 64,
}))

const test = suite('openai')
test.after(() => contract[Symbol.asyncDispose]())

const request = (sampling: Partial<Sampling> = {}, id = 'a'): GenerateRequest => ({
  id,
  messages: [{ role: 'user', content: '6*7=' }],
  seed: 5,
  sampling: { temperature: 0, maxTokens: 16, ...sampling },
})
/** Sends requests to an endpoint that behaves as told; retries come quickly. */
async function ask(
  handler: FakeHandler,
  options: { endpoint?: Partial<Endpoint>; requests?: GenerateRequest[]; fake?: Parameters<typeof fakeEndpoint>[1] } = {},
) {
  await using fake = await fakeEndpoint(handler, options.fake)
  const endpoint = { url: `${fake.url}/v1`, retries: 2, backoff: 0.01, timeout: 60, ...options.endpoint }
  await using model = await openai(endpoint).open(await describeEndpoint(endpoint), { concurrency: 2 })
  const results: (Completion | Fault)[] = []
  for await (const result of model.generate(options.requests ?? [request()])) results.push(result)
  return { results, first: results[0] as Completion & Fault, seen: fake.seen }
}
const good: FakeHandler = (_request, response) =>
  sendAnswer(response, [{ role: 'assistant', content: '' }, { content: '4' }, { content: '2' }])
async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (error) {
    assert.instance(error, BadInput, (error as Error).stack)
    assert.not.match((error as Error).message, /\n/)
    return (error as Error).message
  }
  return 'no refusal'
}

test("joins the stream and takes the provider's count of tokens", async () => {
  const { first } = await ask(good)
  assert.equal(
    { ...first, seconds: 0 },
    { id: 'a', text: '42', finish: 'stop', tokens: { prompt: 7, completion: 3 }, seconds: 0, retries: 0 },
  )
  const uncounted = await ask((_request, response) => sendAnswer(response, [{ content: '4' }, { content: '2' }], 'stop', null))
  assert.equal(uncounted.first.tokens, { prompt: 0, completion: 2 })
})

test('sends what was asked for, in the words of who reads it', async () => {
  const sampling = {
    temperature: 0.7,
    topK: 20,
    topP: 0.9,
    minP: 0.1,
    repeatPenalty: 1.1,
    presencePenalty: 0.2,
    frequencyPenalty: 0.3,
    stop: ['\n'],
    reasoning: { budget: 64 },
  } as const
  const common = {
    messages: [{ role: 'user', content: '6*7=' }],
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.7,
    seed: 5,
    top_p: 0.9,
    presence_penalty: 0.2,
    frequency_penalty: 0.3,
    stop: ['\n'],
    max_tokens: 16,
    top_k: 20,
    min_p: 0.1,
    chat_template_kwargs: { enable_thinking: true, thinking: true },
  }
  const other = await ask(good, { requests: [request(sampling)] })
  assert.equal(other.seen[0]?.body as unknown, { ...common, model: 'fake', repetition_penalty: 1.1 })
  const models = { data: [{ id: 'tiny', owned_by: 'llamacpp' }] }
  const server = await ask(good, { requests: [request(sampling)], fake: { models } })
  assert.equal(server.seen[0]?.body as unknown, { ...common, model: 'tiny', repeat_penalty: 1.1, reasoning_budget_tokens: 64 })
  const plain = await ask(good, { fake: { models } })
  assert.equal(plain.seen[0]?.body as unknown, {
    model: 'tiny',
    messages: common.messages,
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0,
    seed: 5,
    max_tokens: 16,
    top_k: 0,
    top_p: 1,
    min_p: 0,
    repeat_penalty: 1,
    chat_template_kwargs: { enable_thinking: true },
  })
})

test('parts reasoning from the answer, however the provider sends it', async () => {
  const cases: [Record<string, unknown>[], string, Partial<Completion>][] = [
    [[{ content: '<think>six' }, { content: '</think>\n42' }], 'stop', { text: '42', reasoning: 'six', finish: 'stop' }],
    [[{ reasoning_content: 'six' }, { content: '42' }], 'stop', { text: '42', reasoning: 'six', finish: 'stop' }],
    [[{ reasoning: 'six' }, { content: '42' }], 'stop', { text: '42', reasoning: 'six', finish: 'stop' }],
    [[{ reasoning_content: 'six times' }], 'length', { text: '', reasoning: 'six times', finish: 'length' }],
    [[{ content: '<think>six times' }], 'stop', { text: '', reasoning: 'six times', finish: 'length' }],
  ]
  for (const [pieces, finish, expected] of cases) {
    const { first } = await ask((_request, response) => sendAnswer(response, pieces, finish))
    assert.equal({ text: first.text, reasoning: first.reasoning, finish: first.finish }, expected)
  }
})

test("a prompt that does not fit is a failed attempt in every provider's words", async () => {
  const bodies: [number, Record<string, unknown>][] = [
    [400, overflow],
    [
      400,
      {
        message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      },
    ],
    [
      400,
      { message: 'The decoder prompt (length 9001) is longer than the maximum model length of 8192.', type: 'BadRequestError', code: 400 },
    ],
    [422, { message: 'Input validation error: `inputs` must have less than 4096 tokens. Given: 9001', type: 'validation' }],
    [413, { message: 'prompt is too long: 9001 tokens > 8192 maximum' }],
  ]
  for (const [status, body] of bodies) {
    const { results, seen } = await ask((_request, response) => sendError(response, status, body))
    assert.equal(results, [{ id: 'a', text: '', finish: 'context', tokens: { prompt: 0, completion: 0 }, seconds: 0 }])
    assert.is(seen.length, 1, 'and is not tried again')
  }
})

const first =
  (times: number, misbehave: FakeHandler): FakeHandler =>
  (request, response, attempt) =>
    (attempt < times ? misbehave : good)(request, response, attempt)
const passing: [string, FakeHandler][] = [
  ['HTTP 500', (_request, response) => sendError(response, 500, { message: 'oops' })],
  [
    'HTTP 503 with a web page',
    (_request, response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<html>down</html>') && undefined,
  ],
  ['a broken connection', (request_, response) => void response.destroy()],
  ['an answer that breaks off', (_request, response) => sendAnswer(response, [{ content: '4' }], null)],
  [
    'an error within the stream',
    (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end('data: {"error":{"code":500,"message":"out of memory","type":"server_error"}}\n\n'),
  ],
]
for (const [name, misbehave] of passing)
  test(`${name} is tried again, and counted apart when it stays`, async () => {
    assert.is((await ask(first(2, misbehave))).first.text, '42')
    const stays = await ask(misbehave)
    assert.is(stays.first.retries, 2)
    assert.ok(stays.first.fault.length > 3 && !stays.first.fault.includes('\n'), stays.first.fault)
    assert.is(stays.seen.length, 3)
  })

test('a provider that hangs is given up after the timeout', async () => {
  const { first } = await ask(() => {}, { endpoint: { timeout: 0.15 } })
  assert.is(first.fault, 'no answer within 0.15 s')
  const trickles: FakeHandler = (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': wait\n\n')
  assert.is((await ask(trickles, { endpoint: { timeout: 0.15, retries: 0 } })).first.fault, 'no answer within 0.15 s')
})

test('waits as long as Retry-After says, with all requests', async () => {
  for (const [header, value] of [
    ['retry-after', '1'],
    ['retry-after-ms', '900'],
    ['retry-after', () => new Date(Date.now() + 1999).toUTCString()],
  ] as const) {
    // Two at a time: the first is put off, the second is under way. Who waits with the first lets it go before the last.
    const arrivals: unknown[] = []
    const limited: FakeHandler = (request_, response, attempt) => {
      arrivals.push(request_.body['seed'])
      if (attempt === 0) sendError(response, 429, { message: 'slow down' }, { [header]: typeof value === 'string' ? value : value() })
      else setTimeout(() => good(request_, response, attempt), 50)
    }
    const { results } = await ask(limited, { requests: ['a', 'b', 'c', 'd'].map((id, seed) => ({ ...request({}, id), seed })) })
    assert.equal(
      results.map((result) => 'text' in result && result.text),
      ['42', '42', '42', '42'],
    )
    assert.is(arrivals.length, 5)
    assert.is(arrivals.at(-1), 3, `all but the two requests under way wait: ${arrivals}`)
  }
})

test('a provider that wants to be left alone for hours has failed', async () => {
  const { first } = await ask((_request, response) =>
    sendError(response, 429, { message: 'come back tomorrow' }, { 'retry-after': '86400' }),
  )
  assert.equal([first.fault, first.retries], ['HTTP 429: come back tomorrow', 0])
})

test('a request that the provider finds wrong is not repeated', async () => {
  const { first, seen } = await ask((_request, response) => sendError(response, 422, { message: 'temperature must be positive' }))
  assert.equal([first.fault, first.retries, seen.length], ['HTTP 422: temperature must be positive', 0, 1])
})

test('an endpoint that cannot be used is one line before the work begins', async () => {
  const gone = await fakeEndpoint(good)
  await gone[Symbol.asyncDispose]()
  assert.match(
    await refusal(() => describeEndpoint({ url: gone.url })),
    /^http:\/\/127\.0\.0\.1:\d+\/v1 does not answer \(nothing listens there, ECONNREFUSED\): start the server, or check its address \(--endpoint, or the recipe's\)$/,
  )
  assert.match(await refusal(() => describeEndpoint({ url: 'localhost:8080' })), /not an http address: give e\.g\. http/)
  assert.match(await refusal(() => describeEndpoint({ url: 'http://me:secret@localhost/v1' })), /holds a password/)
  assert.match(await refusal(() => ask(good, { fake: { modelsStatus: 404 } })), /has no list of models \(HTTP 404\): check the address/)
  assert.match(await refusal(() => ask(good, { fake: { models: { hello: 'world' } } })), /lists no model: check the address/)
  assert.is((await ask(good, { fake: { modelsStatus: 404 }, endpoint: { model: 'mine' } })).seen[0]?.body.model, 'mine')
})

test('the key comes from the environment alone and is never shown', async () => {
  const variable = 'WHETSTONE_TEST_KEY'
  const withKey = async (key: string, handler = good) => {
    process.env[variable] = key
    try {
      return await ask(handler, { endpoint: { keyVariable: variable }, fake: { key: 'sk-right' } })
    } finally {
      delete process.env[variable]
    }
  }
  assert.is((await withKey('sk-right')).first.text, '42')
  const wrong = await refusal(() => withKey('sk-wrong'))
  assert.match(
    wrong,
    /refuses the API key in WHETSTONE_TEST_KEY \(HTTP 401: Incorrect API key provided: \[secret\]\): check it in the environment or in \.env/,
  )
  assert.match(
    await refusal(() => ask(good, { endpoint: { keyVariable: variable }, fake: { key: 'sk-right' } })),
    /wants an API key \(HTTP 401\): put it into WHETSTONE_TEST_KEY/,
  )
  const revoked = await refusal(() =>
    withKey('sk-right', ({ headers }, response) => sendError(response, 401, { message: `revoked: ${headers.authorization}` })),
  )
  assert.match(revoked, /refuses to answer \(HTTP 401: revoked: Bearer \[secret\]\)/)
  const leaky = await withKey('sk-right', ({ headers }, response) => sendError(response, 400, { message: `bad: ${headers.authorization}` }))
  assert.is(leaky.first.fault, 'HTTP 400: bad: Bearer [secret]')
})

test('an exhausted account stops the work at once', async () =>
  assert.match(
    await refusal(() =>
      ask((_request, response) => sendError(response, 429, { message: 'You exceeded your quota', code: 'insufficient_quota' })),
    ),
    /You exceeded your quota/,
  ))

const event = (response: Parameters<FakeHandler>[1], ...chunks: unknown[]): void =>
  void response
    .writeHead(200, { 'content-type': 'text/event-stream' })
    .end(`${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`)
const delta = (more: object, finish: string | null = null) => ({ choices: [{ index: 0, delta: more, finish_reason: finish }] })
const usage = (prompt: unknown, completion: unknown) => ({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: completion } })

// What endpoints send that the protocol does not foresee: understood where the meaning is clear, counted by a name of its own where there is no answer.
const odd: [string, FakeHandler, Partial<Completion>][] = [
  [
    'a count of 12.5 tokens',
    (_, response) => event(response, delta({ content: '42' }), delta({}, 'stop'), usage(12.5, '3')),
    { text: '42', finish: 'stop', tokens: { prompt: 13, completion: 3 } },
  ],
  [
    'counts that are none',
    (_, response) => event(response, delta({ content: '42' }), delta({}, 'stop'), usage('many', -1)),
    { text: '42', tokens: { prompt: 0, completion: 1 } },
  ],
  [
    'content as a list of parts',
    (_, response) =>
      event(
        response,
        delta({
          content: [
            { type: 'text', text: '4' },
            { type: 'text', text: '2' },
          ],
        }),
        delta({}, 'stop'),
      ),
    { text: '42', finish: 'stop' },
  ],
  ['a filter in place of an answer', (_, response) => event(response, delta({}, 'content_filter')), { text: '', finish: 'content_filter' }],
  [
    'a tool call in place of an answer',
    (_, response) => event(response, delta({ tool_calls: [{ index: 0, function: { name: 'f' } }] }), delta({}, 'tool_calls')),
    { text: '', finish: 'tool_calls' },
  ],
  [
    'thinking and no answer',
    (_, response) => event(response, delta({ reasoning_content: 'hm' }), delta({}, 'stop')),
    { text: '', reasoning: 'hm', finish: 'empty' },
  ],
  ['nothing at all', (_, response) => event(response, delta({ content: '' }), delta({}, 'stop')), { text: '', finish: 'empty' }],
  [
    'two choices',
    (_, response) =>
      event(response, {
        choices: [
          { index: 1, delta: { content: 'no' }, finish_reason: 'stop' },
          { index: 0, delta: { content: '42' }, finish_reason: 'stop' },
        ],
      }),
    { text: '42', finish: 'stop' },
  ],
  [
    'a whole completion where events were asked for',
    (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(
        JSON.stringify({
          choices: [{ index: 0, message: { role: 'assistant', content: '42' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 5, completion_tokens: 2 },
        }),
      ),
    { text: '42', finish: 'stop', tokens: { prompt: 5, completion: 2 } },
  ],
  [
    'no choices beside the usage',
    (_, response) => event(response, { usage: null }, delta({ content: '42' }, 'stop')),
    { text: '42', finish: 'stop' },
  ],
]
for (const [what, handler, expected] of odd)
  test(`${what}`, async () => {
    const { first } = await ask(handler)
    for (const [member, value] of Object.entries(expected))
      assert.equal((first as Record<string, unknown>)[member], value, `${member}: ${JSON.stringify(first)}`)
  })

test('a web page in place of a completion is a wrong address, said at once', async () => {
  const page: FakeHandler = (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Log in</title>')
  const error = await ask(page).then(
    () => undefined,
    (error: Error) => error,
  )
  assert.instance(error, BadInput)
  assert.match(
    (error as Error).message,
    /answers with a web page \("Log in"\) in place of a completion: check its address \(--endpoint, or the recipe's\) \(it often ends/,
  )
})

test('an error in the middle of the events is retried, half JSON too', async () => {
  const broken: FakeHandler = (_, response, attempt) => {
    if (attempt === 0) return void event(response, delta({ content: '4' }), { error: { message: 'overloaded' } })
    if (attempt === 1) return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices": [')
    sendAnswer(response, [{ content: '42' }])
  }
  assert.is((await ask(broken)).first.text, '42')
})

for (const [what, key, message] of [
  ['a line feed inside', 'abc\ndef-very-secret', /OPENAI_API_KEY holds a character at place 4/],
  ['a letter beyond ASCII', 'abc-s\u00e9cret-key', /OPENAI_API_KEY holds a character at place 6/],
] as const)
  test(`a key with ${what} is named by the place, and not shown`, async () => {
    process.env['OPENAI_API_KEY'] = key
    try {
      const error = await ask(babble).then(
        () => undefined,
        (error: Error) => error,
      )
      assert.instance(error, BadInput)
      assert.match((error as Error).message, message)
      assert.not.match((error as Error).message, /secret|cret-key|abc/)
    } finally {
      delete process.env['OPENAI_API_KEY']
    }
  })
test('white space around a key is taken off', async () => {
  process.env['OPENAI_API_KEY'] = ' good-key-of-ours\n'
  try {
    assert.is((await ask(babble, { fake: { key: 'good-key-of-ours' } })).first.finish, 'length')
  } finally {
    delete process.env['OPENAI_API_KEY']
  }
})

test.run()
