import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Solution, Task } from '@whetstone/core'
import { attempt, fakeModel, grade, solve, solvesItself } from '../contract.ts'
import star from './star.ts'

const test = suite('star')
solvesItself(test, star())
solvesItself(test, star({ hint: 'random' }))

const hint = ({ reference }: Task) => reference.split('-').at(-1) as string
async function run(answers: string[], options: Parameters<typeof solve>[3]) {
  const { model, asked } = fakeModel(() => answers[asked.length - 1] ?? '')
  const [solution] = (await solve(star(), [attempt(5)], model, options)) as [Solution]
  return { solution, asked, said: solution.messages.map(({ content }) => content) }
}

test('a failed task is attempted again with its answer, and the row shows no hint', async () => {
  const { solution, asked, said } = await run(['9', '10'], { grade, hint })
  assert.match(asked[1]?.messages.at(-1)?.content as string, /The answer is 10\./)
  assert.equal(said, ['Answer with a number.', 'What is 5 plus 5?', '10'])
  assert.is(solution.hinted, true)
  assert.match(JSON.stringify(solution.calls), /The answer is 10\./)
})

test('a right answer needs no hint, a wrong rationalization leaves the first answer', async () => {
  const right = await run(['10'], { grade, hint })
  assert.equal([right.asked.length, right.solution.hinted], [1, undefined])
  const wrong = await run(['9', '11'], { grade, hint })
  assert.equal([wrong.said.at(-1), wrong.solution.hinted], ['9', undefined])
})

test('no hint in evaluation', async () => {
  for (const options of [{}, { grade }, { hint }]) assert.is((await run(['9', '10'], options)).asked.length, 1)
})

test('a random hint has the form of the answer and tells it only by chance', async () => {
  const { model, asked } = fakeModel(() => '9')
  const attempts = Array.from({ length: 25 }, (_, i) => attempt(i + 20))
  await solve(star({ hint: 'random' }), attempts, model, { grade, hint })
  const hints = asked.flatMap(({ messages }) => /answer is (\d+)\./.exec(messages.at(-1)?.content ?? '')?.[1] ?? [])
  assert.is(hints.length, 25)
  assert.ok(hints.every((each) => each.length === 2))
  const told = attempts.map(({ task }) => hint(task))
  assert.ok(hints.toSorted().join() !== told.toSorted().join(), hints.join(' '))
})

test.run()
