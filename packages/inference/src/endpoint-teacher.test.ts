import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { Completion } from '@whetstone/core'
import { endpointPresets, readEndpoint } from './endpoint-presets.ts'
import { endpointTeacher } from './endpoint-teacher.ts'
import { fakeEndpoint, sendAnswer } from './fake-endpoint.ts'

const test = suite('endpoint-teacher')
const on = { ENABLE_API_CALLS: '1' }

test('presets name address and key; a model stands behind the colon', () => {
  const cases: [string, string, string | undefined, string | undefined][] = [
    ['groq:llama-3.3-70b-versatile', 'https://api.groq.com/openai/v1', 'llama-3.3-70b-versatile', 'GROQ_API_KEY'],
    [
      'fireworks:accounts/fireworks/models/x:1',
      'https://api.fireworks.ai/inference/v1',
      'accounts/fireworks/models/x:1',
      'FIREWORKS_API_KEY',
    ],
    ['ollama:qwen3:1.7b', 'http://127.0.0.1:11434/v1', 'qwen3:1.7b', 'OLLAMA_API_KEY'],
    ['llama-server:', 'http://127.0.0.1:8080/v1', undefined, 'LLAMA_API_KEY'],
    ['http://localhost:9000/v1#mine', 'http://localhost:9000/v1', 'mine', undefined],
    ['https://api.example.org/v1', 'https://api.example.org/v1', undefined, undefined],
  ]
  for (const [address, url, model, keyVariable] of cases) {
    const { paid: _, converse: __, ...read } = readEndpoint(address, on)
    assert.equal(read, { url, model, keyVariable }, address)
  }
  assert.is(readEndpoint('bedrock:m', { ...on, AWS_REGION: 'eu-west-1' }).url, 'https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1')
})

test('hosts that may cost money are not called by a slip; those on this machine and net are', () => {
  for (const name of Object.keys(endpointPresets)) {
    const read = () => readEndpoint(`${name}:m`, {})
    if (endpointPresets[name]!.paid) assert.throws(read, /ENABLE_API_CALLS=1/)
    else assert.not.throws(read)
  }
  assert.throws(() => readEndpoint('https://api.example.org/v1', {}), /may cost money/)
  for (const host of ['127.0.0.1:8080', '192.168.1.5', 'localhost:1', 'box.local']) assert.not(readEndpoint(`http://${host}/v1`, {}).paid)
  assert.throws(() => readEndpoint('openai', on), /names no endpoint: .*openai/)
  assert.throws(() => readEndpoint('gorq:m', on), /PRESET:MODEL/)
  assert.throws(() => readEndpoint('openai:', on), /names no model/)
})

test('counts what it costs, and stops before the batch after the cap', async () => {
  await using server = await fakeEndpoint((_, response) => sendAnswer(response, [{ content: 'a' }, { content: 'b' }]))
  const spent = { prompt: 0, completion: 0, money: 0 }
  const ask = async (cap: { tokens?: number; money?: number }) => {
    const teacher = endpointTeacher(server.url, { concurrency: 2 }, { ...cap, price: { prompt: 1000, completion: 2000 } }, spent)
    await using model = await teacher.open()
    const texts: string[] = []
    const request = (id: string) => ({
      id,
      messages: [{ role: 'user' as const, content: 'x' }],
      seed: 1,
      sampling: { temperature: 0, maxTokens: 4 },
    })
    for await (const reply of model.generate([request('1'), request('2')])) texts.push((reply as Completion).text)
    return texts
  }
  assert.equal(await ask({ tokens: 10 }), ['ab', 'ab'])
  assert.equal([spent.prompt, spent.completion], [14, 4])
  assert.ok(Math.abs(spent.money - (14 * 1000 + 4 * 2000) / 1e6) < 1e-12)
  for (const [cap, words] of [
    [{ tokens: 10 }, /has used its 10 tokens \(18\): raise --teacher-tokens/],
    [{ money: 0.02 }, /has cost its 0\.02 \(0\.0220\): raise --teacher-money/],
  ] as const) {
    const error = await ask(cap).then(
      () => null,
      (thrown: Error) => thrown,
    )
    assert.instance(error, BadInput)
    assert.match(error!.message, words)
  }
  assert.is(server.seen.length, 2, 'nothing was sent after the cap')
  assert.equal(await ask({ tokens: 100 }), ['ab', 'ab'])
  assert.throws(() => endpointTeacher(server.url, { concurrency: 1 }, { money: 1 }), /needs prices/)
})

test.run()
