import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Solution } from '@whetstone/core'
import { attempt, fakeModel, grade, solve, solvesItself } from '../contract.ts'
import bestOfN from './best-of-n.ts'
import revise from './revise.ts'

const test = suite('revise')
solvesItself(test, revise())
solvesItself(test, revise({ rounds: 2 }))
solvesItself(test, revise({ critic: 'self' }))
solvesItself(test, bestOfN({ n: 2, of: revise() }))

const turns = async (answers: (string | { text: string; finish: 'context' })[], options: Parameters<typeof solve>[3], rounds = 2) => {
  const { model, asked } = fakeModel(() => answers[asked.length - 1] ?? '')
  const [solution] = (await solve(revise({ rounds }), [attempt(4)], model, options)) as [Solution]
  return { said: solution.messages.map(({ content }) => content), asked, finish: solution.finish }
}

test('leaves a right answer alone', async () => assert.equal((await turns(['8'], { grade })).said, ['What is 4 plus 4?', '8']))
test('sends a wrong one back with the feedback until it is right', async () => {
  const { said, asked } = await turns(['7', '6', '8'], { grade })
  assert.equal([said[1], said[3], said[5], asked.length], ['7', '6', '8', 3])
  assert.match(said[2] as string, /^The solution is not right\. The number is wrong\. Check your solution/)
  assert.equal(
    asked[2]?.messages.map(({ content }) => content),
    said.slice(0, 5),
    'the model sees the conversation so far',
  )
})
test('gives up after its rounds', async () => assert.equal((await turns(['1', '2', '3', '8'], { grade }, 2)).said.at(-1), '3'))
test('without grades looks at every answer again and says nothing of right and wrong', async () => {
  const { said } = await turns(['8', '9'], {}, 1)
  assert.is(said.length, 4)
  assert.not.match(said[2] as string, /not right/)
})
test('a revision that does not fit leaves the answer before it', async () => {
  const { said, finish } = await turns(['7', { text: '', finish: 'context' }], { grade })
  assert.equal([said, finish], [['What is 4 plus 4?', '7'], 'stop'])
})

test('a critic is asked in evaluation too, and an answer that it finds nothing wrong with stands', async () => {
  const { model, asked } = fakeModel(({ messages }) => (messages.length > 2 ? '8' : '7'))
  const critic = fakeModel(({ messages }) => (messages.at(-1)?.content.includes('7') ? 'Count again.' : 'No errors.'))
  const solver = revise({ rounds: 3, critic: { name: 'critic', open: async () => critic.model } })
  const [solution] = (await solve(solver, [attempt(4)], model)) as [Solution]
  assert.is(solver.name, 'revise-3, criticised by critic')
  assert.equal([asked.length, critic.asked.length, solution.messages.at(-1)?.content], [2, 2, '8'])
  assert.match(solution.messages[2]?.content as string, /Count again\./)
})
test('criticises itself, in the compact marks', async () => {
  const { model, asked } = fakeModel(({ messages }) =>
    messages.at(-1)?.content === '!' ? '3+5=1;1*2=2!1*2=3v' : messages.length > 2 ? '#1' : '1*2=3;#3',
  )
  await solve(revise({ critic: 'self', prompts: 'chains-1' }), [attempt(4)], model)
  assert.equal(
    asked.map(({ messages }) => messages.map(({ content }) => content).slice(1)),
    [[], ['1*2=3;#3', '!'], ['1*2=3;#3', '!1*2=3v?']],
  )
})

test.run()
