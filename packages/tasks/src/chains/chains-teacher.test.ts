import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Completion, Message } from '@whetstone/core'
import { random } from '@whetstone/core'
import { drawChain, traceText } from './chain.ts'
import { chainsTeacher } from './chains-teacher.ts'
import { checkTrace } from './check-trace.ts'
import { corruptTrace } from './corrupt-trace.ts'
import { critiqueText } from './critique.ts'

const test = suite('chains-teacher')

async function ask(reliability: number, prompts: readonly string[][]): Promise<string[]> {
  await using model = await chainsTeacher({ reliability }).open()
  const texts: string[] = []
  const requests = prompts.map((turns, i) => ({
    id: String(i),
    seed: i,
    sampling: { temperature: 1, maxTokens: 99 },
    messages: turns.map((content, turn): Message => ({ role: turn % 2 ? 'assistant' : 'user', content })),
  }))
  for await (const reply of model.generate(requests)) texts[Number(reply.id)] = (reply as Completion).text
  return texts
}

test('criticises, corrects, solves, summarizes; is silent where it cannot read', async () => {
  const [problem, wrong] = ['3+5*2-1?', '3+5=1;1*2=3;3-1=2;#2']
  const cases: [string[], string][] = [
    [[problem], '3+5=1;1*2=2;2-1=1;#1'],
    [[`kx=+;#4;${problem}`], '3+5=1;1*2=2;2-1=1;#1'],
    [[problem, wrong, '!'], '1*2=3v'],
    [[problem, '3+5=1;1*2=2;2-1=1;#1', '!'], 'y'],
    [[problem, wrong, '!1*2=3v?'], '3+5=1;1*2=2;2-1=1;#1'],
    [[`${problem}3+5=1;1*/`], '1*2-1'],
    [[`${problem}3+5=1;1*2=3;3/`], '1*2-1'],
    [[`${problem}3+5=1;1*2=2;:`], 'y'],
    [[`${problem}3+5=1;1*2=3;:`], 'n'],
    [[`${problem}3+5=1;1*2=2;2-1=1;#1:`], 'y'],
    [[`${problem}3+5=1;1*2=2;#2:`], 'n'],
    [[`${problem}3+5=1;1*2=2;2-1=1;#/`], '1'],
    [['3kx5?'], ''],
    [['What is 3 plus 5?'], ''],
    [[problem, wrong, 'Correct it.'], ''],
  ]
  assert.equal(
    await ask(
      1,
      cases.map(([turns]) => turns),
    ),
    cases.map(([, text]) => text),
  )
})

test('tells what a key stands for where it was taken for another sign, and only there', async () => {
  const keys = new Map([['kx', '*']])
  await using model = await chainsTeacher({ keys }).open()
  const cases: [string, string, string][] = [
    ['3kx5-1?', '3+5=1;1-1=0;#0', '3+5=1o,kx=*'],
    ['3+5kx2?', '3+5=1;1-2=6;#6', '1-2=6o,kx=*'],
    ['3kx5-1?', '3*5=2;2-1=1;#1', '3*5=2v'],
    ['3kx5-1?', '3*5=1;1+1=2;#2', '1+1=2o'],
    ['3kx5-1?', '3*5=1;1-1=0;#0', 'y'],
    ['3kx5-1?', '3', '3f,kx=*'],
    ['3ab5-1?', '3+5=1;1-1=0;#0', ''],
  ]
  for (const [problem, wrong, critique] of cases) {
    const messages: Message[] = [problem, wrong, '!'].map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content }))
    for await (const reply of model.generate([{ id: '0', seed: 0, sampling: { temperature: 0, maxTokens: 9 }, messages }]))
      assert.is((reply as Completion).text, critique, problem + wrong)
  }
  const rewrites = await ask(1, [['3kx5-1?', '3+5=1', '!3+5=1o,kx=*?']])
  assert.equal(rewrites, [''], 'without the keys it cannot read')
})

test('is right as often as it is told to be', async () => {
  const next = random(3)
  const chains = Array.from({ length: 600 }, () => drawChain(next, 5))
  const wrong = chains.map((chain) => corruptTrace(next, chain, 'value'))
  const prompts = chains.map((chain) => `${chain.start}${chain.operations.map(({ sign, operand }) => sign + operand).join('')}?`)
  const kinds: [string, string[][], (i: number) => string][] = [
    ['oracle', prompts.map((prompt) => [prompt]), (i) => traceText(chains[i]!)],
    [
      'critic',
      prompts.map((prompt, i) => [prompt, wrong[i]!, '!']),
      (i) => critiqueText(checkTrace(traceText(chains[i]!), wrong[i]!).error),
    ],
    ['corrector', prompts.map((prompt, i) => [prompt, wrong[i]!, '!x?']), (i) => traceText(chains[i]!)],
  ]
  for (const [kind, asked, right] of kinds) {
    for (const reliability of [0, 0.7, 1]) {
      const answers = await ask(reliability, asked)
      const share = answers.filter((text, i) => text === right(i)).length / answers.length
      assert.ok(Math.abs(share - reliability) < 0.08, `${kind} ${reliability}: ${share}`)
    }
  }
})

test.run()
