import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault } from '@whetstone/core'
import type { Backend, Completion, GenerateRequest, LanguageModel, Model, OpenOptions, Sampling } from '@whetstone/core'

/** A backend with a model it can open. Any model does, random weights too: nothing is asked of the text. */
export type BackendCase = {
  backend: Backend
  model: Model
  /** Tokens a sequence may hold; a prompt of eight characters a token must not fit. */
  context: number
}

/**
 * The test suite that every backend passes. `prepare` runs once, before the first test; when it returns a string the suite is skipped and
 * says why. It runs itself: no `.run()` after it.
 */
export function backendContract(name: string, prepare: () => Promise<BackendCase | string>): void {
  const test = suite(`backend contract: ${name}`)
  let kit: BackendCase | undefined
  test.before(async () => {
    const prepared = await prepare()
    if (typeof prepared === 'string') console.log(`\nSKIP backend contract ${name}: ${prepared}`)
    else kit = prepared
  })
  const it = (what: string, check: (kit: BackendCase) => Promise<void>) =>
    test(what, async () => {
      if (kit) await check(kit)
    })
  const open = ({ backend, model, context }: BackendCase, options: Partial<OpenOptions> = {}) =>
    backend.open(model, { concurrency: 4, threads: 1, context, ...options })

  it('answers every request once, whatever the number of slots', async (kit) => {
    await using model = await open(kit)
    const requests = batch(12, { temperature: 0.8, maxTokens: 8 })
    const completions = await collect(model, requests)
    assert.equal([...completions.keys()].sort(), requests.map((request) => request.id).sort())
    for (const completion of completions.values()) {
      assert.ok(['stop', 'length'].includes(completion.finish), completion.finish)
      assert.ok(
        completion.tokens.prompt > 0 && completion.tokens.completion >= 0 && completion.tokens.completion <= 8,
        JSON.stringify(completion.tokens),
      )
      assert.ok(completion.seconds >= 0)
      if (completion.logprobs) for (const logprob of completion.logprobs) assert.ok(logprob <= 1e-6)
    }
    assert.equal((await collect(model, [])).size, 0)
  })

  it('draws by the seed of the request, and not by the order of requests', async (kit) => {
    await using model = await open(kit, { concurrency: 1 })
    const requests = batch(8, { temperature: 1, maxTokens: 8 })
    const first = texts(await collect(model, requests))
    assert.equal(texts(await collect(model, [...requests].reverse())), first)
    const other = texts(
      await collect(
        model,
        requests.map((request) => ({ ...request, seed: request.seed + 1000 })),
      ),
    )
    assert.not.equal(other, first)
  })

  it('is greedy at temperature 0, whatever the seed', async (kit) => {
    await using model = await open(kit, { concurrency: 1 })
    const requests = batch(3, { temperature: 0, maxTokens: 8 })
    const first = texts(await collect(model, requests))
    assert.equal(
      texts(
        await collect(
          model,
          requests.map((request) => ({ ...request, seed: request.seed + 1 })),
        ),
      ),
      first,
    )
  })

  it('gives the same completions again if it says that it is reproducible', async (kit) => {
    if (!kit.backend.reproducible) return
    const requests = batch(10, { temperature: 1, maxTokens: 12 })
    const run = async () => {
      await using model = await open(kit)
      return texts(await collect(model, requests))
    }
    assert.equal(await run(), await run())
  })

  it('ends at maxTokens and at stop strings', async (kit) => {
    await using model = await open(kit, { concurrency: 1 })
    const [request] = batch(1, { temperature: 0, maxTokens: 40 }) as [GenerateRequest]
    const { text } = (await collect(model, [request])).get(request.id) as Completion
    const [one] = [...(await collect(model, [{ ...request, sampling: { ...request.sampling, maxTokens: 1 } }])).values()] as [Completion]
    assert.is(one.finish, 'length')
    assert.ok(text.startsWith(one.text) && one.tokens.completion <= 1)
    assert.ok(text.length > 4, `the model says too little to test stop strings: ${JSON.stringify(text)}`)
    // Random weights write broken UTF-8 too, which no stop string can name.
    const stop = /[ -~]{2}/.exec(text.slice(1))?.[0] as string
    const [stopped] = [...(await collect(model, [{ ...request, sampling: { ...request.sampling, stop: [stop] } }])).values()] as [
      Completion,
    ]
    assert.is(stopped.finish, 'stop')
    assert.is(stopped.text, text.slice(0, text.indexOf(stop)))
  })

  it('calls a prompt that does not fit a failed attempt, and goes on with the others', async (kit) => {
    await using model = await open(kit)
    const [long, ...others] = batch(5, { temperature: 0, maxTokens: 4 }) as [GenerateRequest, ...GenerateRequest[]]
    const tooLong = { ...long, messages: [{ role: 'user' as const, content: '1+2='.repeat(kit.context * 2) }] }
    const completions = await collect(model, [tooLong, ...others])
    const { finish, text, tokens } = completions.get(long.id) as Completion
    assert.equal({ finish, text, completion: tokens.completion }, { finish: 'context', text: '', completion: 0 })
    for (const other of others) assert.not.equal(completions.get(other.id)?.finish, 'context')
  })

  it('stops when it is told to, and can be used again', async (kit) => {
    await using model = await open(kit)
    const requests = batch(40, { temperature: 1, maxTokens: 30 })
    const controller = new AbortController()
    let seen = 0
    const aborted = await failure(async () => {
      for await (const _ of model.generate(requests, { signal: controller.signal })) if (++seen === 1) controller.abort()
    })
    assert.is(aborted?.name, 'AbortError')
    assert.ok(seen < requests.length)
    assert.is((await failure(() => collect(model, requests, AbortSignal.abort())))?.name, 'AbortError')
    for await (const _ of model.generate(requests)) break // a caller that has seen enough
    assert.is((await collect(model, requests.slice(0, 5))).size, 5)
  })

  it('is closed once, and useless after that', async (kit) => {
    const model = await open(kit)
    await collect(model, batch(1, { temperature: 0, maxTokens: 2 }))
    await model[Symbol.asyncDispose]()
    await model[Symbol.asyncDispose]()
    assert.ok(await failure(() => collect(model, batch(1, { temperature: 0, maxTokens: 2 }))), 'a closed model answered')
  })

  test.run()
}

/** Requests over four prompts, with a system message in half of them. */
function batch(count: number, sampling: Sampling): GenerateRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `request-${i}`,
    messages: [...(i % 2 ? [{ role: 'system' as const, content: 'add' }] : []), { role: 'user' as const, content: `${i % 4}+${i % 4}=` }],
    seed: 100 + i,
    sampling,
  }))
}

async function collect(model: LanguageModel, requests: readonly GenerateRequest[], signal?: AbortSignal): Promise<Map<string, Completion>> {
  const completions = new Map<string, Completion>()
  for await (const result of model.generate(requests, signal ? { signal } : {})) {
    if (isFault(result)) throw new Error(`a fault where none was expected: ${JSON.stringify(result)}`)
    assert.not.ok(completions.has(result.id), `${result.id} was answered twice`)
    completions.set(result.id, result)
  }
  return completions
}

const texts = (completions: Map<string, Completion>) => Object.fromEntries([...completions].map(([id, { text }]) => [id, text]).sort())

async function failure(work: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error as Error
  }
}
