import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { Completion, GenerateRequest, Model, Sampling } from '@whetstone/core'
import { backendContract } from '../contract.ts'
import { describeGguf } from '../describe-gguf.ts'
import makeBackend from './node-llama-cpp.ts'
import { writeRandomAdapter, writeRandomGguf } from '../write-random-gguf.ts'

const nodeLlamaCpp = makeBackend()
const folder = mkdtempSync(join(tmpdir(), 'node-llama-cpp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const random = (name: string, options: Parameters<typeof writeRandomGguf>[1] = {}) =>
  describeGguf(writeRandomGguf(join(folder, name), options))

backendContract('node-llama-cpp', async () => ({ backend: nodeLlamaCpp, model: await random('random.gguf'), context: 256 }))

const test = suite('node-llama-cpp')
const ask = async (model: Model, content: string, sampling: Partial<Sampling> = {}, threads = 1): Promise<Completion> => {
  await using opened = await nodeLlamaCpp.open(model, { concurrency: 1, context: 256, threads })
  const request: GenerateRequest = {
    id: 'a',
    messages: [{ role: 'user', content }],
    seed: 1,
    sampling: { temperature: 1, maxTokens: 24, ...sampling },
  }
  for await (const completion of opened.generate([request])) return completion as Completion
  throw new Error('no answer')
}

test('counts the prompt as the template renders it, with one token of beginning', async () => {
  const model = await random('bos.gguf', { chatTemplate: '{{ bos_token }}Q{{ messages[0].content }}A' })
  assert.is((await ask(model, '12')).tokens.prompt, 1 + 4)
})

test('holds to a grammar', async () => {
  const { text, finish } = await ask(await random('random.gguf'), '1+1=', { grammar: 'root ::= "<" [0-9] [0-9] ">"' })
  assert.match(text, /^<\d\d>$/)
  assert.is(finish, 'stop')
})

test('spends no more than the reasoning budget, then answers', async () => {
  const model = await random('thinks.gguf', { chatTemplate: '{{ messages[0].content }}{% if enable_thinking %}<think>{% endif %}' })
  const { reasoning, text, tokens } = await ask(model, '1+1=', { reasoning: { budget: 10 }, maxTokens: 40 })
  assert.ok(reasoning !== undefined && reasoning.length <= 10 * 4, reasoning)
  assert.ok(text.length > 0 && tokens.completion <= 40)
  const cutOff = await ask(model, '1+1=', { reasoning: 'on' })
  assert.equal([cutOff.text, cutOff.finish], ['', 'length'])
  assert.is((await ask(model, '1+1=', { reasoning: 'off' })).reasoning, undefined)
})

test('penalties change what is sampled', async () => {
  const model = await random('random.gguf')
  const plain = await ask(model, '1+1=', { temperature: 0 })
  assert.not.equal((await ask(model, '1+1=', { temperature: 0, presencePenalty: 2, frequencyPenalty: 2 })).text, plain.text)
})

test('reads an adapter on top of the weights', async () => {
  const base = await random('base.gguf')
  const adapter = writeRandomAdapter(join(folder, 'adapter.gguf'))
  const sampling = { temperature: 0 }
  const plain = await ask(base, '1+1=', sampling)
  const adapted = await ask({ ...base, adapter }, '1+1=', sampling)
  assert.not.equal(adapted.text, plain.text)
  assert.is((await ask({ ...base, adapter }, '1+1=', sampling)).text, adapted.text)
})

test('a broken model is one line', async () => {
  const model = await random('broken.gguf')
  truncateSync(model.path as string, 100_000)
  const said = async (broken: Model) => {
    try {
      await ask(broken, '1')
    } catch (error) {
      assert.instance(error, BadInput)
      return (error as Error).message
    }
    return 'opened'
  }
  assert.match(await said(model), /truncated/)
  assert.match(await said({ ...model, path: join(folder, 'absent.gguf') }), /not found/)
  assert.match(await said({ ...model, path: null }), /no weights on this machine/)
  const whole = await random('whole.gguf')
  const odd = { ...whole, path: join(folder, 'odd.gguf') }
  writeFileSync(odd.path, readFileSync(whole.path as string, 'latin1').replace('llama', 'lemma'), 'latin1')
  assert.match(await said(odd), /odd\.gguf cannot be loaded by node-llama-cpp: .*unknown model architecture: 'lemma'$/)
  const adapter = await random('other.gguf', { embedding: 64 })
  assert.match(await said({ ...whole, adapter: adapter.path }), /other\.gguf is a model, not a LoRA adapter/)
})

test.run()
