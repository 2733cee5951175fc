import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GenerateRequest, Solution, Taskset } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import { attempt, fakeModel, solve, solvesItself } from '../contract.ts'
import beam from '../solvers/beam.ts'
import mcts from '../solvers/mcts.ts'
import type { Value } from './value.ts'

const test = suite('tree-search')
solvesItself(test, beam({ value: 'vote', depth: 3 }))
solvesItself(test, mcts({ value: 'vote', simulations: 3 }))

// Spell a word a letter a step: `ab?` wants `a;b;#`.
const word = 'abcde'
const due = [...word, '#']
const verify: NonNullable<Taskset['verify']> = (_task, partial) => {
  const steps = partial.split(';').filter(Boolean)
  const right = steps.every((step, i) => step === due[i])
  return { right, share: steps.length / due.length, complete: right && steps.length === due.length }
}
const chain = attempt(4, { task: { ...attempt(4).task, prompt: `${word}?` } })
/** The right next letter in one sample of `odds`, else another. */
const speller = (odds: number) => (request: GenerateRequest) => {
  const work = (request.messages.at(-1)?.content ?? '').replace(`${word}?`, '')
  if (work.endsWith(':')) return `${due[work.split(';').length - 2]}${verify(chain.task, work.slice(0, -1)).right ? 'y' : 'n'}`
  const place = work.split(';').length - 1
  const draw = deriveSeed(request.seed, 'letter') % odds
  return draw === 0 ? (due[place] ?? '#') : String.fromCharCode(112 + draw)
}
const spell = async (solver: ReturnType<typeof beam>, odds: number, options: Parameters<typeof solve>[3] = {}) => {
  const { model, asked } = fakeModel(speller(odds))
  const [solution] = (await solve(solver, [chain], model, { verify, ...options })) as [Solution]
  return { solution, asked, said: solution.messages.at(-1)?.content }
}

test('finds a solution of which one attempt in thousands would hit upon every step', async () => {
  for (const value of ['steps', 'verdict'] as Value[]) {
    for (const solver of [
      beam({ samples: 24, value, prompts: 'chains-1' }),
      mcts({ value, samples: 4, simulations: 60, prompts: 'chains-1' }),
    ]) {
      const { solution, said } = await spell(solver, 4)
      assert.equal([said, solution.finish], ['a;b;c;d;e;#', 'stop'], solver.name)
    }
  }
})

test('no judge is asked where all samples took the same step', async () => {
  const { asked, said } = await spell(beam({ samples: 3, value: 'verdict', prompts: 'chains-1' }), 1)
  assert.is(said, 'a;b;c;d;e;#')
  assert.is(asked.filter(({ messages }) => messages.at(-1)?.content.endsWith(':')).length, 0)
})

test('by votes the step that most samples share is taken', async () => {
  // Two samples of three are right.
  const { model } = fakeModel((request) => (deriveSeed(request.seed, 'sure') % 3 < 2 ? speller(1)(request) : speller(9)(request)))
  const [solution] = (await solve(beam({ samples: 40, value: 'vote', prompts: 'chains-1' }), [chain], model)) as [Solution]
  assert.is(solution.messages.at(-1)?.content, 'a;b;c;d;e;#')
})

test('each step is asked for after the steps before it, and ends where a step ends', async () => {
  const { asked } = await spell(beam({ samples: 24, prompts: 'chains-1' }), 4)
  assert.equal(
    [...new Set(asked.map(({ messages }) => messages.at(-1)?.content))],
    ['', 'a;', 'a;b;', 'a;b;c;', 'a;b;c;d;', 'a;b;c;d;e;'].map((work) => `${word}?${work}`),
  )
  assert.ok(asked.every(({ sampling: { stop } }) => stop?.[0] === ';'))
})

test('a budget that runs out in mid-search leaves the best so far, and says so', async () => {
  for (const solver of [beam({ samples: 12, prompts: 'chains-1' }), mcts({ samples: 12, prompts: 'chains-1' })]) {
    const { solution, said } = await spell(solver, 3, { budget: 40, sampling: { temperature: 1, maxTokens: 4 } })
    assert.equal([solution.stopped, solution.finish], ['budget spent', 'length'], solver.name)
    assert.match(said as string, /^a;b;/)
    assert.ok(solution.tokens.completion <= 40)
  }
})

test('needs a task set that checks steps where its value is that', async () => {
  const message = await spell(beam({ prompts: 'chains-1' }), 4, { verify: undefined }).then(
    () => '',
    (error: Error) => error.message,
  )
  assert.match(message, /checks no steps; take value "verdict" or "vote"/)
})

test.run()
