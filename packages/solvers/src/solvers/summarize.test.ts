import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Solution } from '@whetstone/core'
import { attempt, fakeModel, sampling, solve, solvesItself } from '../contract.ts'
import type { FakeReply } from '../contract.ts'
import summarize from './summarize.ts'

const test = suite('summarize')
solvesItself(test, summarize())
solvesItself(test, summarize({ iterations: 2 }))

async function run(replies: FakeReply[], options: Parameters<typeof summarize>[0] = {}, i = 5) {
  const { model, asked } = fakeModel(() => replies[asked.length - 1] ?? '')
  const [solution] = (await solve(summarize(options), [attempt(i)], model, {
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
    ['Answer with a number.', 'What is 5 plus 5?', '10'],
  )
  assert.equal(
    solution.calls.map(({ role, text }) => [role, text]),
    [
      ['solver', '9'],
      ['summarizer', 'The sum may be 9, not checked.'],
      ['solver', '10'],
    ],
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

test('goes on from the last summary, until two answers are the same', async () => {
  const { solution, asked } = await run(['1', 's1', '2', 's2', '10'], { iterations: 2 })
  assert.equal([solution.messages.at(-1)?.content, asked.length], ['10', 5])
  assert.match(asked[4]?.messages.at(-1)?.content as string, /s2$/)
  assert.not.match(asked[4]?.messages.at(-1)?.content as string, /s1/)
  const stable = await run(['1', 's1', '2', 's2', '2', 's3', '3'], { iterations: 5, until: 'stable' })
  assert.equal([stable.solution.messages.at(-1)?.content, stable.asked.length], ['2', 5])
})

test('a summarizer of its own reads and writes apart, with its own sampling', async () => {
  const { model, asked } = fakeModel(() => 'shorter')
  const summarizer = { name: 'brief', open: async () => model }
  const { solution } = await run(['9', '10'], { summarizer, sampling: { temperature: 0.1 } })
  assert.equal([solution.messages.at(-1)?.content, solution.tokens.completion, solution.taught?.completion], ['10', 2, 1])
  assert.equal([asked.length, asked[0]?.sampling.temperature], [1, 0.1])
})

test('reasoning of an earlier run is reused, and costs nothing', async () => {
  const { solution, asked } = await run(['s', '10'], { reuse: new Map([['task-5', 'an old train of thought']]) })
  assert.match(asked[0]?.messages[0]?.content as string, /an old train of thought/)
  assert.equal([solution.messages.at(-1)?.content, solution.tokens.completion], ['10', 2])
})

test('reasoning comes from a file of traces; one that is missing, empty, torn or about other tasks is refused by name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-reuse-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const trace = (task: string) => `${JSON.stringify({ task, messages: [{ role: 'assistant', content: 'an old train of thought' }] })}\n`
  try {
    const { asked } = await run(['s', '10'], { reuse: file('whole.jsonl', trace('task-5') + trace('task-6')) })
    assert.match(asked[0]?.messages[0]?.content as string, /an old train of thought/)
    const said = async (reuse: string) =>
      run(['s', '10'], { reuse }).then(
        () => 'ran',
        (error: Error) => error.message,
      )
    assert.match(await said(join(folder, 'gone.jsonl')), /gone\.jsonl, whose reasoning is to be reused, is no file: name traces/)
    assert.match(await said(folder), /is no file/)
    assert.match(await said(file('empty.jsonl', '')), /empty\.jsonl holds no answers to reuse: name traces/)
    assert.match(await said(file('torn.jsonl', trace('task-5') + trace('task-6').slice(0, 30))), /torn\.jsonl, line 2: is no whole trace/)
    assert.match(await said(file('rows.jsonl', '{"prompt":"1+1"}\n')), /rows\.jsonl, line 1: is no whole trace/)
    assert.match(
      await said(file('other.jsonl', trace('chains-1+1'))),
      /about chains-1\+1 and 0 more tasks, and about none of those .*task-5/,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('pieces are joined step by step where the summary is a problem of its own', async () => {
  const replies: FakeReply[] = [{ text: '3+5=1;1*', finish: 'length' }, '1*2-1', { text: '1*2=2;', finish: 'length' }, '2-1', '2-1=1;#1']
  const { model, asked } = fakeModel(() => replies[asked.length - 1] ?? '')
  const chain = attempt(4, { task: { ...attempt(4).task, prompt: '3+5*2-1?' } })
  const [solution] = (await solve(summarize({ iterations: 9, until: 'done', piece: 8, prompts: 'chains-1' }), [chain], model)) as [Solution]
  assert.equal(
    asked.map(({ messages }) => messages.at(-1)?.content),
    ['3+5*2-1?;', '3+5*2-1?3+5=1;1*/', '1*2-1?;', '1*2-1?1*2=2;/', '2-1?;'],
  )
  assert.equal([solution.messages.at(-1)?.content, solution.finish], ['3+5=1;1*2=2;2-1=1;#1', 'stop'])
})

test('of several summaries the one that most share is gone on with', async () => {
  const said = ['rest 3', 'rest 4', 'rest 4']
  const { model, asked } = fakeModel(({ messages }) => (/Summarize/.test(messages.at(-1)?.content ?? '') ? (said.shift() ?? '') : 'work'))
  await solve(summarize({ votes: 3 }), [attempt(4)], model)
  assert.is(asked.filter(({ messages }) => /Summarize/.test(messages.at(-1)?.content ?? '')).length, 3)
  assert.match(asked.at(-1)?.messages.at(-1)?.content as string, /rest 4/)
})

test.run()
