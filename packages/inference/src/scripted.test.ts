import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import type { GenerateRequest } from '@whetstone/core'
import { backendContract } from './contract.ts'
import { scripted, scriptedModel } from './scripted.ts'

const babble = ({ seed, sampling }: GenerateRequest) => {
  const next = random(sampling.temperature === 0 ? 0 : seed)
  return Array.from({ length: 40 }, () => String.fromCharCode(97 + Math.floor(next() * 26))).join('')
}
backendContract('scripted', async () => ({ backend: scripted('babble', babble), model: scriptedModel('babble'), context: 64 }))

const test = suite('scripted')
const ask = async (script: Parameters<typeof scripted>[1]) => {
  await using model = await scripted('one', script).open(scriptedModel('one'), { concurrency: 1 })
  const request = { id: 'a', messages: [{ role: 'user' as const, content: '6*7=' }], seed: 1, sampling: { temperature: 0, maxTokens: 5 } }
  for await (const result of model.generate([request])) return { ...result, seconds: 0 }
}
const tokens = (completion: number) => ({ prompt: 1, completion })

test('says in its names that it is simulated', () => {
  assert.is(scripted('x', () => '').name, 'scripted:x')
  assert.is(scriptedModel('x').name, 'scripted:x')
})
test('answers what the script says', async () =>
  assert.equal(await ask(() => '42'), { id: 'a', text: '42', finish: 'stop', tokens: tokens(1), seconds: 0 }))
test('parts reasoning from the answer', async () =>
  assert.equal(await ask(() => '<think>six</think>42'), {
    id: 'a',
    text: '42',
    reasoning: 'six',
    finish: 'stop',
    tokens: tokens(5),
    seconds: 0,
  }))
test('an answer cut within its reasoning is empty and truncated', async () =>
  assert.equal(await ask(() => '<think>six times seven is'), {
    id: 'a',
    text: '',
    reasoning: 'six times sev',
    finish: 'length',
    tokens: tokens(5),
    seconds: 0,
  }))
test('passes faults on', async () =>
  assert.equal(await ask(() => ({ fault: 'HTTP 500', retries: 3 })), { id: 'a', fault: 'HTTP 500', retries: 3, seconds: 0 }))

test.run()
