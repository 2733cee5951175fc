import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Solution } from '@whetstone/core'
import { attempt, fakeModel, sampling, solve, solvesItself } from './contract.ts'
import type { FakeReply } from './contract.ts'
import { summarize } from './summarize.ts'

const test = suite('summarize')
solvesItself(test, summarize())
solvesItself(test, summarize({ iterations: 2 }))

async function run(replies: FakeReply[], iterations = 1, i = 5) {
  const { model, asked } = fakeModel(() => replies[asked.length - 1] ?? '')
  const [solution] = (await solve(summarize({ iterations }), [attempt(i)], model, {
    sampling: { ...sampling, stop: ['\n'], grammar: 'root ::= [0-9]' },
  })) as [Solution]
  return { solution, asked }
}

test('reasons, summarizes, and reasons again from the summary alone', async () => {
  const { solution, asked } = await run([{ text: '9', reasoning: 'five and five, I guess' }, 'The sum may be 9, not checked.', '10'])
  assert.equal(
    asked.map(({ messages }) => messages.map(({ role }) => role)),
    [['system', 'user'], ['user'], ['system', 'user']],
  )
  const [, summary, again] = asked.map(({ messages }) => messages.at(-1)?.content as string)
  assert.match(summary as string, /Problem:\n\nWhat is 5 plus 5\?\n\nWork on it so far:\n\nfive and five, I guess\n\n9\n\nSummarize/)
  assert.match(again as string, /^What is 5 plus 5\?\n\nA summary of earlier work[^]*:\n\nThe sum may be 9, not checked\.$/)
  assert.not.match(again as string, /I guess/)
  assert.equal(
    solution.messages.map(({ content }) => content),
    ['Answer with a number.', 'What is 5 plus 5?', '9', summary, 'The sum may be 9, not checked.', again, '10'],
  )
})

test('a summary is free of the form that answers have', async () => {
  const { asked } = await run(['9', 'about 9', '10'])
  assert.equal(
    asked.map(({ sampling: { stop, grammar } }) => stop !== undefined && grammar !== undefined),
    [true, false, true],
  )
})

test('the answer is never a summary', async () => {
  const refused = { text: '', finish: 'context' as const }
  for (const replies of [
    ['9', refused],
    ['9', ''],
    ['9', 'about 9', refused],
  ] as FakeReply[][]) {
    const { solution } = await run(replies)
    assert.equal([solution.messages.at(-1)?.content, solution.finish, solution.messages.length], ['9', 'stop', 3])
  }
})

test('goes on from the last summary', async () => {
  const { solution, asked } = await run(['1', 's1', '2', 's2', '10'], 2)
  assert.equal([solution.messages.at(-1)?.content, asked.length], ['10', 5])
  assert.match(asked[4]?.messages.at(-1)?.content as string, /s2$/)
  assert.not.match(asked[4]?.messages.at(-1)?.content as string, /s1/)
})

test.run()
