import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { askTogether } from './ask-together.ts'
import type { GenerateRequest, LanguageModel } from './contracts.ts'
import { Model } from './model.ts'

const test = suite('ask together')
const card = Model.parse({ id: 'model-test', name: 'echo', path: null, createdAt: '2026-01-01T00:00:00Z' })

/** Answers with what it was told, the last first; counts how many were asked at once. */
function echo(fails = false) {
  const calls: string[][] = []
  const model: LanguageModel = {
    model: card,
    async *generate(requests) {
      calls.push(requests.map(({ messages }) => messages[0]?.content ?? ''))
      await new Promise((resolve) => setImmediate(resolve))
      if (fails) throw new Error('gone')
      for (const { id, messages } of [...requests].reverse()) {
        const text = messages[0]?.content ?? ''
        yield text === 'down'
          ? { id, fault: 'refused', retries: 1 }
          : { id, text, finish: 'stop', tokens: { prompt: 1, completion: 1 }, seconds: 0 }
      }
    },
    async [Symbol.asyncDispose]() {},
  }
  return { model, calls }
}
const request = (id: string, content: string): GenerateRequest => ({
  id,
  messages: [{ role: 'user', content }],
  seed: 1,
  sampling: { temperature: 0, maxTokens: 8 },
})
const told = async (model: LanguageModel, ...contents: string[]) => {
  const results = await Array.fromAsync(model.generate(contents.map((content, at) => request(String(at), content))))
  return results.map((result) => [result.id, 'fault' in result ? result.fault : result.text])
}

test('asks of one turn are one call, in the order of asking, and each gets its own answers under its own ids', async () => {
  const { model, calls } = echo()
  const together = askTogether(model)
  const answers = await Promise.all([told(together, 'a', 'b'), told(together, 'down'), told(together, 'c')])
  assert.equal(calls, [['a', 'b', 'down', 'c']])
  assert.equal(answers, [
    [
      ['1', 'b'],
      ['0', 'a'],
    ],
    [['0', 'refused']],
    [['0', 'c']],
  ])
})
test('what is asked while a call is under way waits and goes out together', async () => {
  const { model, calls } = echo()
  const together = askTogether(model)
  const first = told(together, 'a')
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([first, told(together, 'b'), told(together, 'c')])
  assert.equal(calls, [['a'], ['b', 'c']])
})
test('a call that fails fails for all who asked, and the next goes out', async () => {
  const { model, calls } = echo(true)
  const together = askTogether(model)
  for (const _ of [1, 2]) {
    const failed = await Promise.allSettled([told(together, 'a'), told(together, 'b')])
    assert.equal(
      failed.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
  }
  assert.is(calls.length, 2)
})

test.run()
