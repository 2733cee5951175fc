import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, isFault, paths } from '@whetstone/core'
import type { Completion, GenerateRequest, LanguageModel, Message, Sampling } from '@whetstone/core'
import { currentAccelerator } from '@whetstone/native'
import { backendContract } from '../contract.ts'
import { describeGguf } from '../describe-gguf.ts'
import makeBackend from './llama-sample.ts'
import { writeRandomGguf } from '../write-random-gguf.ts'

const llamaSample = makeBackend()
const folder = mkdtempSync(join(tmpdir(), 'whetstone-llama-sample-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const random = (name: string, options: Parameters<typeof writeRandomGguf>[1] = {}) =>
  describeGguf(writeRandomGguf(join(folder, name), options))
const built = existsSync(paths.tool('llama-sample')) && existsSync(paths.tool('llama-score'))
const missing = 'tools/bin/llama-sample or llama-score not found: run `npx nx run tools:build`'

backendContract('llama-sample', async () => (built ? { backend: llamaSample, model: await random('random.gguf'), context: 128 } : missing))

const test = suite('llama-sample')
const it = (what: string, check: () => Promise<void>) =>
  test(what, async () => {
    if (built) await check()
  })
if (!built) process.stdout.write(`\nSKIP llama-sample: ${missing}\n`)

const request = (id: string, content: string, sampling: Partial<Sampling> = {}): GenerateRequest => ({
  id,
  messages: [{ role: 'user', content }],
  seed: 7,
  sampling: { temperature: 1, maxTokens: 24, ...sampling },
})
const collect = async (model: LanguageModel, requests: GenerateRequest[]): Promise<Completion[]> => {
  const completions: Completion[] = []
  for await (const completion of model.generate(requests)) {
    if (isFault(completion)) throw new Error(completion.fault)
    completions.push(completion)
  }
  return completions.sort((a, b) => a.id.localeCompare(b.id))
}
const ask = async (options: Parameters<typeof writeRandomGguf>[1], content: string, sampling: Partial<Sampling>): Promise<Completion> => {
  await using model = await llamaSample.open(await random(`${JSON.stringify(options).length}.gguf`, options), {
    concurrency: 1,
    context: 256,
    threads: 1,
  })
  return (await collect(model, [request('a', content, sampling)]))[0] as Completion
}
const children = () =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('llama-sample'))

it('holds to a grammar', async () => {
  const { text, finish } = await ask({}, '1+1=', { grammar: 'root ::= "<" [0-9] [0-9] ">"' })
  assert.match(text, /^<\d\d>$/)
  assert.is(finish, 'stop')
})

it('spends no more than the reasoning budget, then answers', async () => {
  const chatTemplate = '{{ messages[0].content }}{% if enable_thinking %}<think>{% endif %}'
  const { reasoning, text, tokens } = await ask({ chatTemplate }, '1+1=', { reasoning: { budget: 10 }, maxTokens: 40 })
  assert.ok(reasoning !== undefined && reasoning.length <= 10 * 4, reasoning)
  assert.ok(text.length > 0 && tokens.completion <= 40)
  const cutOff = await ask({ chatTemplate }, '1+1=', { reasoning: 'on' })
  assert.equal([cutOff.text, cutOff.finish], ['', 'length'])
  assert.is((await ask({ chatTemplate }, '1+1=', { reasoning: 'off' })).reasoning, undefined)
})

it('penalties and truncation change what is sampled', async () => {
  const plain = await ask({}, '1+1=', { temperature: 0 })
  assert.not.equal((await ask({}, '1+1=', { temperature: 0, presencePenalty: 2, frequencyPenalty: 2 })).text, plain.text)
  assert.is((await ask({}, '1+1=', { topK: 1 })).text, plain.text)
  assert.is((await ask({}, '1+1=', { minP: 1 })).text, plain.text)
})

it('a process that is killed in the middle of a batch is replaced once, and nothing is answered twice', async () => {
  await using model = await llamaSample.open(await random('random.gguf'), { concurrency: 2, context: 256, threads: 1 })
  const requests = Array.from({ length: 24 }, (_, i) => request(`r${i}`, `${i}+1=`, { maxTokens: 60 }))
  const whole = await collect(model, requests)
  const seen: Completion[] = []
  for await (const completion of model.generate(requests)) {
    seen.push(completion as Completion)
    if (seen.length === 3) for (const line of children()) process.kill(Number.parseInt(line, 10), 'SIGKILL')
  }
  assert.equal(seen.map(({ id, text }) => [id, text]).sort(), whole.map(({ id, text }) => [id, text]).sort())
})

it('calls that overlap give what they give alone', async () => {
  await using model = await llamaSample.open(await random('random.gguf'), { concurrency: 4, context: 256, threads: 1 })
  const batches = [0, 1, 2].map((k) => Array.from({ length: 6 }, (_, i) => request(`r${i}`, `${i}+${k}=`)))
  const alone = []
  for (const batch of batches) alone.push((await collect(model, batch)).map(({ text }) => text))
  assert.equal(
    (await Promise.all(batches.map((batch) => collect(model, batch)))).map((batch) => batch.map(({ text }) => text)),
    alone,
  )
})

it('a device that is named and is not there is refused, never replaced by the CPU', async () => {
  const model = await random('random.gguf')
  const opened = llamaSample.open(model, { concurrency: 1, context: 64, threads: 1, gpu: 'vulkan' })
  if (currentAccelerator() !== null) return (await opened)[Symbol.asyncDispose]()
  const error = await opened.then(
    () => assert.unreachable(),
    (reason: unknown) => reason,
  )
  assert.instance(error, BadInput)
  assert.match((error as Error).message, /^llama-sample: no GPU was found, leave --n-gpu-layers out to compute on the CPU$/)
})

it('leaves no process behind', async () => {
  const model = await llamaSample.open(await random('random.gguf'), { concurrency: 1, context: 64, threads: 1 })
  assert.is(children().length, 1)
  await model[Symbol.asyncDispose]()
  while (children().length > 0) await sleep(10)
})

it('an adapter that is none is one line', async () => {
  const model = { ...(await random('random.gguf')), adapter: (await random('other.gguf', { embedding: 16 })).path }
  try {
    await llamaSample.open(model, { concurrency: 1, threads: 1 })
    assert.unreachable()
  } catch (error) {
    assert.instance(error, BadInput)
    assert.match((error as Error).message, /^llama-sample: .*other\.gguf: cannot load the LoRA adapter[^\n]*$/)
  }
})

it('scores the last turn, and likelier answers higher', async () => {
  await using model = await llamaSample.open(await random('random.gguf'), { concurrency: 4, context: 128, threads: 1 })
  const [greedy] = (await collect(model, [request('greedy', '1+1=', { temperature: 0, maxTokens: 6 })])) as [Completion]
  const turns = (answer: string): Message[] => [
    { role: 'user', content: '1+1=' },
    { role: 'assistant', content: answer },
  ]
  const answers = [greedy.text, 'zzzzzz', 'x'.repeat(200)]
  const scores = (await model.score?.(answers.map((answer, i) => ({ id: `s${i}`, messages: turns(answer) })))) ?? []
  assert.equal(
    scores.map(({ id }) => id),
    ['s0', 's1'],
  ) // the third does not fit
  const [first, second] = scores as [(typeof scores)[0], (typeof scores)[0]]
  assert.ok(first && second)
  assert.ok((first?.meanLogLikelihood ?? 0) > (second?.meanLogLikelihood ?? 0))
  for (const score of scores) {
    assert.ok(Math.abs(score.meanLogLikelihood * score.tokens - score.logLikelihood) < 1e-4)
    assert.ok(Math.abs(Math.exp(-score.meanLogLikelihood) / score.perplexity - 1) < 1e-4)
    assert.ok(score.entropy >= 0 && score.entropy <= Math.log(400))
  }
})

test.run()
