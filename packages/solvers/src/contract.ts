import * as assert from 'uvu/assert'
import { deriveSeed, hash, weightless } from '@whetstone/core'
import type {
  Attempt,
  Completion,
  Fault,
  GenerateRequest,
  Grade,
  LanguageModel,
  Solution,
  SolveFault,
  SolveOptions,
  Solver,
  Task,
} from '@whetstone/core'

/** The part of a uvu suite that the contract needs: a named test. */
type Suite = (name: string, test: () => Promise<void>) => void

/** What a model of the tests answers: a text, more of a completion, or a fault. */
export type FakeReply = string | Partial<Completion> | { fault: string }

/** A model of the tests: a function answers. It counts a token a word and keeps what it was asked. */
export function fakeModel(reply: (request: GenerateRequest) => FakeReply) {
  const asked: GenerateRequest[] = []
  const model: LanguageModel = {
    model: {
      id: 'model-fake',
      name: 'fake',
      ...weightless,
    },
    async *generate(requests, { signal } = {}): AsyncGenerator<Completion | Fault> {
      // Out of order, as real ones are.
      for (const request of [...requests].sort((a, b) => (hash(a.messages) < hash(b.messages) ? -1 : 1))) {
        signal?.throwIfAborted()
        asked.push(request)
        const said = reply(request)
        if (typeof said === 'object' && 'fault' in said) yield { id: request.id, fault: said.fault as string, retries: 2 }
        else {
          const text = typeof said === 'string' ? said : (said.text ?? '')
          yield {
            id: request.id,
            text,
            finish: 'stop',
            tokens: { prompt: 10, completion: text.split(' ').length },
            seconds: 0.5,
            ...(typeof said === 'string' ? {} : said),
          }
        }
      }
    },
    async [Symbol.asyncDispose]() {},
  }
  return { model, asked }
}

const secret = 'the-reference-4711'
export const attempt = (i: number, more: Partial<Attempt> = {}): Attempt => {
  const task: Task = {
    id: `task-${i}`,
    taskset: 'sums',
    split: 'train',
    prompt: `What is ${i} plus ${i}?`,
    reference: `${secret}-${2 * i}`,
    level: 1,
    cluster: `task-${i}`,
    metadata: { solution: secret },
  }
  return { id: `task-${i}#0`, task, sample: 0, seed: 100 + i, system: i % 2 ? 'Answer with a number.' : null, ...more }
}
/** Right when the answer ends in the sum. */
export const grade = ({ reference }: Task, answer: string): Grade => {
  const passed = answer.trim() === reference.slice(secret.length + 1)
  return {
    reward: passed ? 1 : answer === '' ? 0 : 0.25,
    passed,
    parts: {},
    reason: passed ? 'correct' : 'wrong answer',
    feedback: passed ? '' : 'The number is wrong.',
  }
}
export const sampling = { temperature: 0.7, maxTokens: 64 }

export async function solve(
  solver: Solver,
  attempts: readonly Attempt[],
  model: LanguageModel,
  options: Partial<SolveOptions> = {},
): Promise<(Solution | SolveFault)[]> {
  const results: (Solution | SolveFault)[] = []
  for await (const result of solver.solve(attempts, model, { sampling, ...options })) results.push(result)
  return results.sort((a, b) => a.attempt.id.localeCompare(b.attempt.id, 'en', { numeric: true }))
}

/** Sometimes right, sometimes wrong, as the seed has it; the same request gets the same answer. */
function babble({ messages, seed }: GenerateRequest): FakeReply {
  const sum = /What is (\d+) plus/.exec(messages.findLast(({ content }) => content.includes('What is'))?.content ?? '')?.[1] ?? '0'
  const draw = deriveSeed(seed, hash(messages)) % 10
  return draw < 5 ? String(Number(sum) * 2) : draw === 9 ? { text: '', finish: 'length' } : `${draw}`
}

/** What every solver holds to, with grades and without. */
export function solvesItself(test: Suite, solver: Solver): void {
  const attempts = Array.from({ length: 12 }, (_, i) => attempt(i))
  for (const [how, options] of [
    ['with grades', { grade, hint: ({ reference }: Task) => reference.slice(secret.length + 1) }],
    ['without grades', {}],
  ] as const) {
    const name = `${solver.name} ${how}`

    test(`${name}: every attempt is answered once, with the whole exchange and its cost`, async () => {
      const { model, asked } = fakeModel(babble)
      const results = await solve(solver, attempts, model, options)
      assert.equal(
        results.map((result) => result.attempt.id),
        attempts.map(({ id }) => id),
      )
      for (const result of results as Solution[]) {
        const {
          messages,
          attempt: { system, task },
          tokens,
          seconds,
        } = result
        assert.equal(
          messages.filter(({ role }) => role === 'system').map(({ content }) => content),
          system === null ? [] : [system],
        )
        const turns = messages.filter(({ role }) => role !== 'system')
        assert.is(turns[0]?.content, task.prompt)
        assert.ok(
          turns.length % 2 === 0 && turns.every(({ role }, i) => role === (i % 2 ? 'assistant' : 'user')),
          'turns alternate and end with the answer',
        )
        assert.ok(tokens.prompt >= 10 && tokens.completion >= 1 && seconds >= 0.5)
      }
      const spent = (results as Solution[]).reduce((sum, { tokens }) => sum + tokens.prompt, 0)
      assert.is(spent, asked.length * 10, 'every request is counted')
      assert.is((results as Solution[]).flatMap(({ calls }) => calls).length, asked.length, 'every call is kept')
    })

    test(`${name}: never shows the reference`, async () => {
      const { model, asked } = fakeModel(babble)
      await solve(solver, attempts, model, options)
      for (const { messages } of asked) assert.not.match(JSON.stringify(messages), secret)
    })

    test(`${name}: keeps to a budget, and says when it was spent`, async () => {
      const results = (await solve(solver, attempts, fakeModel(babble).model, { ...options, budget: 1 })) as Solution[]
      for (const { tokens, stopped, calls } of results) {
        assert.ok(tokens.completion <= 1 && calls.length === 1, `${tokens.completion}`)
        assert.ok(stopped === undefined || stopped === 'budget spent')
      }
    })

    test(`${name}: the same seeds give the same answers, in whatever order and company`, async () => {
      const strip = (results: (Solution | SolveFault)[]) => results.map((result) => ('messages' in result ? result.messages : result.fault))
      const first = strip(await solve(solver, attempts, fakeModel(babble).model, options))
      assert.equal(strip(await solve(solver, [...attempts].reverse(), fakeModel(babble).model, options)), first)
      assert.equal(strip(await solve(solver, attempts.slice(3, 4), fakeModel(babble).model, options)), first.slice(3, 4))
      const seeds = new Set<number>()
      const { model, asked } = fakeModel(babble)
      await solve(solver, attempts, model, options)
      for (const { seed } of asked) seeds.add(seed)
      assert.is(seeds.size, asked.length, 'no two requests share a seed')
    })

    test(`${name}: a provider's fault is passed on, the others are solved`, async () => {
      const { model } = fakeModel((request) =>
        JSON.stringify(request.messages).includes('What is 3 plus') ? { fault: 'HTTP 500' } : babble(request),
      )
      const results = await solve(solver, attempts, model, options)
      assert.equal(
        results
          .filter((result) => 'fault' in result)
          .map((result) => [result.attempt.id, (result as SolveFault).fault, (result as SolveFault).retries]),
        [['task-3#0', 'HTTP 500', 2]],
      )
      assert.is(results.length, attempts.length)
    })

    test(`${name}: a prompt that does not fit is a failed attempt`, async () => {
      const { model } = fakeModel(() => ({ text: '', finish: 'context', tokens: { prompt: 0, completion: 0 } }))
      for (const result of (await solve(solver, attempts, model, options)) as Solution[]) {
        assert.is(result.finish, 'context')
        assert.equal(result.messages.at(-1), { role: 'assistant', content: '' })
      }
    })

    test(`${name}: stops when it is told to; solves nothing when there is nothing`, async () => {
      const failed = await solve(solver, attempts, fakeModel(babble).model, { ...options, signal: AbortSignal.abort() }).then(
        () => '',
        (error: Error) => error.name,
      )
      assert.is(failed, 'AbortError')
      assert.equal(await solve(solver, [], fakeModel(babble).model, options), [])
    })
  }
}
