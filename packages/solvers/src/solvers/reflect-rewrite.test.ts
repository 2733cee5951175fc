import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LanguageModel, Solution } from '@whetstone/core'
import { attempt, fakeModel, grade, solve, solvesItself } from '../contract.ts'
import reflectRewrite from './reflect-rewrite.ts'

const test = suite('reflect-rewrite')
solvesItself(test, reflectRewrite())
solvesItself(test, reflectRewrite({ rounds: 1 }))

const isReflection = (messages: readonly { content: string }[]) => messages.at(-1)?.content.startsWith('A student was given') === true
async function run(answers: string[], options: Parameters<typeof reflectRewrite>[0] = {}, teacherModel?: LanguageModel) {
  let count = 0
  const { model, asked } = fakeModel(({ messages }) => (isReflection(messages) ? 'You forgot to carry.' : (answers[count++] ?? '')))
  let opened = 0
  const teacher = teacherModel ? { name: 'big', open: async () => (opened++, teacherModel) } : undefined
  const solver = reflectRewrite({ ...options, teacher })
  const [solution] = (await solve(solver, [attempt(4)], model, { grade })) as [Solution]
  return { said: solution.messages.map(({ content }) => content), asked, opened, name: solver.name }
}

test('a right answer is not reflected on', async () => {
  const teacher = fakeModel(() => 'no')
  const { said, asked, opened } = await run(['8'], {}, teacher.model)
  assert.equal([said, asked.length, opened], [['What is 4 plus 4?', '8'], 1, 0])
})

test('the errors are named without the reference, and the answer is written anew from them', async () => {
  const { said, asked } = await run(['7', '8'])
  assert.equal([said[1], said[3]], ['7', '8'])
  assert.match(
    said[2] as string,
    /^Your solution is not right\. What is wrong with it:\n\nYou forgot to carry\.\n\nWrite the whole solution anew/,
  )
  const reflection = asked[1]?.messages.at(-1)?.content as string
  assert.match(
    reflection,
    /What is 4 plus 4\?[^]*which is not right:\n\n7\n\nA checker says: The number is wrong\.[^]*do not give the answer/,
  )
})

test('is repeated as often as it may be, and a task that stays unsolved keeps its last answer', async () => {
  const { said, asked } = await run(['1', '2', '3', '4', '8'], { rounds: 3 })
  assert.equal([said.at(-1), asked.length], ['4', 4 + 3])
})

test('a teacher reflects; the target rewrites, unless the teacher is to, which the name tells', async () => {
  const teacher = fakeModel(({ messages }) => (isReflection(messages) ? 'Carry the one.' : '8'))
  const target = await run(['7', '6'], { rounds: 1 }, teacher.model)
  assert.equal(
    [target.said.at(-1), target.name, target.opened, teacher.asked.length],
    ['6', 'reflect-rewrite-1, reflected on by big', 1, 1],
  )
  assert.match(target.said[2] as string, /Carry the one\./)
  const other = await run(['7'], { rounds: 1, rewriter: 'teacher' }, teacher.model)
  assert.equal([other.said.at(-1), other.name], ['8', 'reflect-rewrite-1, reflected on and rewritten by big'])
  assert.throws(() => reflectRewrite({ rewriter: 'teacher' }), /needs a teacher/)
})

test('a critique that tells the answer is withheld and counted; a teacher that writes prose where an answer is due is not followed', async () => {
  const leaks = (_: unknown, text: string) => text.includes('8')
  const { model } = fakeModel(({ messages }) => (isReflection(messages) ? 'It is 8.' : messages.length > 2 ? '8' : '7'))
  const [solution] = (await solve(reflectRewrite({ rounds: 1 }), [attempt(4)], model, { grade, leaks })) as [Solution]
  assert.match(solution.messages[2]?.content as string, /^Check your solution/)
  assert.equal([solution.dropped, solution.messages.at(-1)?.content], [{ leaks: 1, rewrites: 0 }, '8'])

  const teacher = {
    name: 'chatty',
    open: async () => fakeModel(({ messages }) => (messages.at(-1)?.content === '!' ? '7v' : 'Well, let me see')).model,
  }
  const solver = reflectRewrite({ rounds: 2, teacher, rewriter: 'teacher', prompts: 'chains-1' })
  const [given] = (await solve(solver, [attempt(4)], fakeModel(() => '7').model, { grade })) as [Solution]
  assert.equal([given.dropped, given.messages.at(-1)?.content], [{ leaks: 0, rewrites: 2 }, '7'])
})

test('what a teacher reads and writes is counted apart', async () => {
  const teacher = fakeModel(() => 'one two three')
  const { model } = fakeModel(() => '7')
  const solver = reflectRewrite({ rounds: 2, teacher: { name: 'big', open: async () => teacher.model } })
  const [{ tokens, taught, calls }] = (await solve(solver, [attempt(4)], model, { grade })) as [Solution]
  assert.equal([tokens.completion, taught?.completion, calls?.map(({ by }) => by)], [3, 6, [null, 'big', null, 'big', null]])
})

test('without grades the target answers once', async () => {
  const { model, asked } = fakeModel(() => '7')
  await solve(reflectRewrite(), [attempt(4)], model)
  assert.is(asked.length, 1)
})

test.run()
