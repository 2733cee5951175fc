// AWS Bedrock is out of reach of tests: a local server answers as its Converse API is documented to (POST /model/{id}/converse, HTTP/2 as the SDK speaks it), and misbehaves.
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Completion, Fault, GenerateRequest, Sampling } from '@whetstone/core'
import { converseInput } from '../converse.ts'
import { endpointTeacher } from '../endpoint-teacher.ts'
import bedrock, { describeBedrock } from './bedrock.ts'

type Answer = { status?: number; headers?: Record<string, string>; body: unknown }
type Asked = {
  url: string
  authorization: string
  body: { messages: unknown[]; system?: unknown[]; inferenceConfig: { maxTokens: number } }
}
const said = (text: string, stopReason = 'end_turn', more: object[] = []): Answer => ({
  body: {
    output: { message: { role: 'assistant', content: [...more, { text }] } },
    stopReason,
    usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
  },
})
let answers: (asked: Asked, count: number) => Answer = () => said('42')
let seen: Asked[] = []
const server = createServer(async (request, response) => {
  let text = ''
  for await (const piece of request) text += piece
  const asked = { url: request.url ?? '', authorization: request.headers.authorization ?? '', body: JSON.parse(text) as Asked['body'] }
  seen.push(asked)
  const { status = 200, headers = {}, body } = answers(asked, seen.length - 1)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
server.unref()
// Sessions of HTTP/2 outlive their requests.
server.on('session', (session) => session.unref())
Object.assign(process.env, {
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  AWS_BEARER_TOKEN_BEDROCK: 'bedrock-key-of-the-tests',
  AWS_REGION: 'eu-west-1',
  ENABLE_API_CALLS: '1',
})

const settings = { model: 'meta.x-v1:0', backoff: 0.001, retries: 3 }
const request = (sampling: Partial<Sampling> = {}): GenerateRequest => ({
  id: 'a',
  messages: [
    { role: 'system', content: 'be short' },
    { role: 'user', content: '6*7=' },
  ],
  seed: 1,
  sampling: { temperature: 0, maxTokens: 16, ...sampling },
})
async function ask(answer: typeof answers, sampling?: Partial<Sampling>): Promise<Completion | Fault> {
  answers = answer
  seen = []
  await using model = await bedrock(settings).open(describeBedrock(settings), { concurrency: 2 })
  const [found] = await Array.fromAsync(model.generate([request(sampling)]))
  return found as Completion | Fault
}
const fails = (status: number, name: string, message: string): Answer => ({
  status,
  headers: { 'x-amzn-errortype': name },
  body: { message },
})

const test = suite('bedrock')
for (const [what, answer, expected] of [
  ['an answer', said('42'), { text: '42', finish: 'stop', tokens: { prompt: 7, completion: 3 }, retries: 0 }],
  ['an answer that was cut', said('42 is', 'max_tokens'), { text: '42 is', finish: 'length' }],
  ['one that a guardrail took', said('', 'guardrail_intervened'), { finish: 'content_filter' }],
  ['nothing', said(''), { finish: 'empty' }],
  ['a tool in place of an answer', said('', 'tool_use', [{ toolUse: { toolUseId: 't', name: 'f', input: {} } }]), { finish: 'tool_calls' }],
  [
    'thoughts in a block of their own',
    said('42', 'end_turn', [{ reasoningContent: { reasoningText: { text: 'six sevens' } } }]),
    { text: '42', reasoning: 'six sevens' },
  ],
  ['thoughts in marks', said('<think>six sevens</think>42'), { text: '42', reasoning: 'six sevens' }],
  ['a prompt that does not fit', fails(400, 'ValidationException', 'Input is too long for requested model.'), { finish: 'context' }],
  ['something it does not take', fails(400, 'ValidationException', 'Malformed input request'), { fault: /Malformed input/ }],
  ['a model that broke', fails(424, 'ModelErrorException', 'broke'), { fault: /HTTP 424/ }],
  ['an answer that is no JSON', { body: '<html>log in</html>' }, { fault: /./ }],
] as const)
  test(what, async () => {
    const found = { ...(await ask(() => answer as Answer)) } as Record<string, unknown>
    for (const [name, value] of Object.entries(expected))
      if (value instanceof RegExp) assert.match(String(found[name]), value)
      else assert.equal(found[name], value, JSON.stringify(found))
  })

test('what is sent: the model in the path, the system text apart, the key in the header', async () => {
  await ask(() => said('42'), { topP: 0.9, stop: ['\n'] })
  assert.is(seen[0]!.url, '/model/meta.x-v1%3A0/converse')
  assert.is(seen[0]!.authorization, 'Bearer bedrock-key-of-the-tests')
  assert.equal(seen[0]!.body, {
    messages: [{ role: 'user', content: [{ text: '6*7=' }] }],
    system: [{ text: 'be short' }],
    inferenceConfig: { maxTokens: 16, temperature: 0, topP: 0.9, stopSequences: ['\n'] },
  })
})

test('throttled and broken requests are asked again, as often as they ask for', async () => {
  const found = (await ask((_, count) =>
    count === 0
      ? fails(429, 'ThrottlingException', 'slow down')
      : count === 1
        ? fails(503, 'ServiceUnavailableException', 'busy')
        : said('42'),
  )) as Completion
  assert.equal([found.text, found.retries, seen.length], ['42', 2, 3])
})

test('a key that is refused and a model that is not there end the run, the key unseen', async () => {
  for (const [status, name, message] of [
    [403, 'AccessDeniedException', 'Authentication failed: bedrock-key-of-the-tests'],
    [404, 'ResourceNotFoundException', 'Could not resolve the foundation model'],
  ] as const) {
    const error = await ask(() => fails(status, name, message)).then(
      () => null,
      (thrown: Error) => thrown,
    )
    assert.match(error!.message, new RegExp(`^Bedrock in eu-west-1 refuses to answer \\(HTTP ${status}`))
    assert.not.match(error!.message, /bedrock-key-of-the-tests/)
  }
})

test('sampling that Converse has no field for is refused by name; turns of one role become one', () => {
  const turns = (messages: GenerateRequest['messages'], sampling: Partial<Sampling> = {}) =>
    converseInput('m', { messages, sampling: { temperature: 0, maxTokens: 1, ...sampling } }, 'Bedrock')
  assert.throws(() => turns(request().messages, { topK: 40, grammar: 'root ::= "a"' }), /takes no topK, grammar: leave them out/)
  assert.not.throws(() => turns(request().messages, { topK: 0, minP: 0, repeatPenalty: 1 }))
  assert.throws(() => turns([{ role: 'assistant', content: 'a' }]), /begins with a turn of the user/)
  const made = turns([
    { role: 'user', content: 'a' },
    { role: 'user', content: '' },
    { role: 'assistant', content: 'b' },
  ])
  assert.equal(made.messages, [
    { role: 'user', content: [{ text: 'a' }, { text: ' ' }] },
    { role: 'assistant', content: [{ text: 'b' }] },
  ])
  assert.is(made.system, undefined)
})

test('a teacher by the preset bedrock-converse, with a purse', async () => {
  answers = () => said('42')
  const teacher = endpointTeacher('bedrock-converse:meta.x-v1:0', { concurrency: 1 }, { tokens: 1000 })
  await using model = await teacher.open()
  await Array.fromAsync(model.generate([request()]))
  assert.equal(teacher.spent, { prompt: 7, completion: 3, money: 0 })
  assert.is(model.model.name, 'meta.x-v1:0')
})
// The contract of backends asks for draws by seed, which Converse has no field for; the rest of it stands here.
test('answers every request once, fails those that do not fit, and is useless when it is closed', async () => {
  answers = ({ body }) =>
    JSON.stringify(body.messages).length > 4096
      ? fails(400, 'ValidationException', 'Input is too long for requested model.')
      : said('so it is')
  const model = await bedrock(settings).open(describeBedrock(settings), { concurrency: 3 })
  const requests = Array.from({ length: 9 }, (_, index) => ({
    ...request(),
    id: String(index),
    messages: [{ role: 'user' as const, content: index === 4 ? 'x'.repeat(5000) : 'x' }],
  }))
  const found = (await Array.fromAsync(model.generate(requests))) as Completion[]
  assert.equal(
    found.map(({ id }) => id).sort(),
    requests.map(({ id }) => id),
  )
  assert.equal(
    found.filter(({ finish }) => finish === 'context').map(({ id }) => id),
    ['4'],
  )
  await model[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
  assert.throws(() => model.generate(requests), /was closed/)
  assert.throws(() => describeBedrock({ model: 'a b' }), /is no model of Bedrock/)
})
test.run()
