import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Call, Message, Trace } from '@whetstone/core'
import { exchangeOf } from '@whetstone/core'
import { toExample } from './to-example.ts'
import { toPairs } from './to-pairs.ts'
import { unfoldRewrites } from './unfold-rewrites.ts'

const test = suite('rowTokens')
const said = (...contents: string[]): Message[] =>
  contents.map((content, i) => ({ role: i === 0 && contents.length > 1 ? 'system' : 'user', content }))
const call = (more: Partial<Call> = {}): Call => ({
  role: 'solver',
  model: 'm',
  by: null,
  messages: said('Do it.\n\nkx=a;', '4kx3='),
  text: '7',
  reasoning: null,
  promptText: '<s>4kx3=',
  templateArguments: { enable_thinking: false },
  vocabulary: 'v',
  ids: [7, 2],
  forced: [[0, 1]],
  logprobs: null,
  answer: true,
  grade: null,
  trains: true,
  seed: 1,
  finish: 'stop',
  tokens: { prompt: 3, completion: 2 },
  seconds: 0,
  ...more,
})
const trace = (calls: Call[] | null, more: Partial<Trace> = {}): Trace => ({
  id: 'trace-1',
  run: 'r',
  round: 1,
  task: 't',
  taskHash: null,
  taskset: 'x',
  split: 'train',
  level: 1,
  cluster: 't',
  policy: { model: 'm', bank: null },
  solver: 'direct',
  sample: 0,
  seed: 1,
  memories: { shown: ['memory-1'], withheld: [] },
  calls,
  messages: calls ? exchangeOf(calls.at(-1) as Call) : [...said('4kx3='), { role: 'assistant', content: '7' }],
  grade: { reward: 1, passed: true, parts: {}, reason: 'correct', feedback: '' },
  tokens: { prompt: 3, completion: 2 },
  seconds: 0,
  finish: 'stop',
  truncated: false,
  ...more,
})
const row = (from: Trace, memories: 'strip' | 'keep', vocabulary: string | null = 'v') => {
  const example = toExample(from, { memories, instruction: () => 'Do it.', seed: 1, vocabulary })
  const { origin, promptText, ids, forced, templateArguments } = example ?? {}
  return { origin, promptText, ids, forced, templateArguments }
}
const args = { enable_thinking: false }
const foreign = { origin: 'foreign', promptText: null, ids: null, forced: [], templateArguments: args }

for (const [name, got, wanted] of [
  [
    'kept as sampled',
    () => row(trace([call()]), 'keep'),
    { origin: 'own', promptText: '<s>4kx3=', ids: [7, 2], forced: [[0, 1]], templateArguments: args },
  ],
  [
    'a memory taken out: the ids stay, the prompt does not',
    () => row(trace([call()]), 'strip'),
    { origin: 'reprompted', promptText: null, ids: [7, 2], forced: [[0, 1]], templateArguments: args },
  ],
  ['ids of another vocabulary', () => row(trace([call()]), 'keep', 'w'), foreign],
  ['a model whose vocabulary is not known', () => row(trace([call()]), 'keep', null), foreign],
  ['an endpoint tells no ids', () => row(trace([call({ ids: null, vocabulary: null })]), 'keep'), foreign],
  ['ids, but no prompt', () => row(trace([call({ promptText: null })]), 'keep').origin, 'reprompted'],
  ['an old trace', () => row(trace(null), 'keep'), { ...foreign, templateArguments: null }],
] as const)
  test(name, () => assert.equal(got(), wanted))

test('a row without its memory keeps, for a teacher, the prompt that had it; shares between strip and keep are drawn by trace', () => {
  const example = (memories: 'strip' | 'keep' | number, id = 'trace-1') =>
    toExample(trace([call()], { id }), { memories, instruction: () => 'Do it.', seed: 1, vocabulary: 'v' })
  assert.equal([example('strip').remembered, example('keep').remembered], ['<s>4kx3=', null])
  const stripped = Array.from({ length: 400 }, (_, i) => example(0.85, `trace-${i}`)).filter(({ remembered }) => remembered !== null)
  assert.ok(stripped.length > 315 && stripped.length < 365, `${stripped.length} of 400`)
  assert.ok(stripped.every(({ messages }) => messages[0]?.content === 'Do it.'))
})

const revised = () => {
  const first = call({ text: '9', ids: [9, 2], answer: false, trains: false, grade: { reward: 0, passed: false } })
  const critic = call({ role: 'critic', text: 'no', ids: [5], answer: false, trains: false })
  const messages: Message[] = [...first.messages, { role: 'assistant', content: '9' }, { role: 'user', content: 'It is wrong: no' }]
  return trace([first, critic, call({ role: 'rewriter', messages, promptText: '<s>…', ids: [7, 2] })])
}

test('a revised answer stands under the first prompt with its own ids and without the prompt that held the critique', async () => {
  const [failed, right, ...rest] = await Array.fromAsync(unfoldRewrites([revised()]))
  assert.is(rest.length, 0)
  assert.equal([failed?.grade.passed, failed?.messages.at(-1)?.content, right?.grade.passed], [false, '9', true])
  assert.equal(right?.messages, [...said('Do it.\n\nkx=a;', '4kx3='), { role: 'assistant', content: '7' }])
  assert.equal(row(right as Trace, 'keep'), {
    origin: 'reprompted',
    promptText: null,
    ids: [7, 2],
    forced: [[0, 1]],
    templateArguments: args,
  })
  assert.is(row(failed as Trace, 'keep').origin, 'own')
  const [pair] = await Array.fromAsync(toPairs([failed as Trace, right as Trace], { perTask: 1, vocabulary: 'v' }))
  assert.equal([pair?.origin, pair?.promptText, pair?.ids], ['reprompted', null, { chosen: [7, 2], rejected: [9, 2] }])
})

test('a pair is own where both answers were sampled from one prompt, and foreign where one is', async () => {
  const wrong = (more: Partial<Call> = {}) =>
    trace([call({ text: '9', ids: [9, 2], ...more })], {
      id: 'trace-2',
      grade: { reward: 0, passed: false, parts: {}, reason: '', feedback: '' },
    })
  const pair = async (loss: Trace) => (await Array.fromAsync(toPairs([trace([call()]), loss], { perTask: 1, vocabulary: 'v' })))[0]
  assert.equal([(await pair(wrong()))?.origin, (await pair(wrong()))?.promptText], ['own', '<s>4kx3='])
  assert.equal(
    [(await pair(wrong({ vocabulary: 'w' })))?.origin, (await pair(wrong({ vocabulary: 'w' })))?.ids],
    ['foreign', { chosen: [7, 2], rejected: null }],
  )
})

test('a summary that trains is a row under its own prompt; the answer stands under the task alone', async () => {
  const calls = [
    call({ text: '9', answer: false, trains: false }),
    call({ role: 'summarizer', messages: said('sum up'), text: 'about 9', answer: false }),
    call({ messages: said('again'), ids: [8, 2], text: '7' }),
  ]
  const summarized = trace(calls, { messages: [...said('4kx3='), { role: 'assistant', content: '7' }] })
  const rows = await Array.fromAsync(unfoldRewrites([summarized]))
  assert.equal(
    rows.map((each) => [each.messages.map(({ content }) => content).join('|'), row(each, 'keep').origin]),
    [
      ['sum up|about 9', 'own'],
      ['4kx3=|7', 'reprompted'],
    ],
  )
  assert.equal(row(rows[1] as Trace, 'keep').ids, [8, 2])
})

test('an answer that no call gave, put together or edited, has no ids', () => {
  const edited = trace([call({ answer: false })], { messages: [...said('4kx3='), { role: 'assistant', content: '7.' }] })
  assert.equal(row(edited, 'keep'), foreign)
})

test.run()
