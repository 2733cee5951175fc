import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { EmbedderSource, Filter, FilterOptions, Trace } from '@whetstone/core'
import { loadPlugin, pluginNames, plugin } from '@whetstone/core'
import number from '@whetstone/grading/graders/number.ts'
import { lexicalEmbedder } from '@whetstone/similarity'
import { z } from 'zod'
import byLikelihood from './filters/by-likelihood.ts'
import decontaminate from './filters/decontaminate.ts'
import difficulty from './filters/difficulty.ts'
import distinct from './filters/distinct.ts'
import diverse, { farthestPoints } from './filters/diverse.ts'
import format from './filters/format.ts'
import language from './filters/language.ts'
import length from './filters/length.ts'
import majority from './filters/majority.ts'
import nearDuplicate from './filters/near-duplicate.ts'
import { isKeptApart } from './is-kept-apart.ts'
import keptApart from './filters/kept-apart.ts'
import notGuessed from './filters/not-guessed.ts'
import partlyCorrect from './filters/partly-correct.ts'
import passed from './filters/passed.ts'
import replay from './filters/replay.ts'
import uncertainty from './filters/uncertainty.ts'
import verifierAgreement from './filters/verifier-agreement.ts'
import { scriptedTrace } from './scripted-trace.ts'

const test = suite('filters')
const grade = (reward: number, parts = {}) => ({ reward, passed: reward === 1, parts, reason: 'r', feedback: '' })
const trace = (answer: string, more: Partial<Trace> & { question?: string } = {}): Trace => {
  const { question = '2+2=', ...rest } = more
  return {
    ...scriptedTrace({ answer }),
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
    ...rest,
  }
}
const embedder = plugin({
  name: 'lexical',
  about: '',
  settings: z.strictObject({}),
  make: (): EmbedderSource => ({ name: 'lexical', open: async () => lexicalEmbedder() }),
})()

const cases: [string, Filter, Trace[], string[], Partial<FilterOptions>?][] = [
  [
    'partly correct keeps partial credit from the threshold on',
    partlyCorrect({ least: 0.5 }),
    [0, 0.4, 0.5, 1].map((reward) => trace(`${reward}`, { grade: grade(reward) })),
    ['0.5', '1'],
  ],
  [
    'format by part',
    format({ least: 0.5 }),
    [trace('a', { grade: grade(1, { format: 0 }) }), trace('b', { grade: grade(1, { format: 1 }) }), trace('c')],
    ['b', 'c'],
  ],
  [
    'format by patterns, a cut answer is out',
    format({ matches: '^#### \\d+$', lacks: 'sorry' }),
    [trace('x\n#### 12'), trace('sorry\n#### 1'), trace('12'), trace('#### 3', { truncated: true })],
    ['x\n#### 12'],
  ],
  [
    'length in characters',
    length({ unit: 'characters', least: 2, most: 3 }),
    ['a', 'ab', 'abc', 'abcd'].map((text) => trace(text)),
    ['ab', 'abc'],
  ],
  [
    'length in tokens',
    length({ most: 5 }),
    [trace('a', { tokens: { prompt: 9, completion: 5 } }), trace('b', { tokens: { prompt: 1, completion: 6 } })],
    ['a'],
  ],
  [
    "language keeps the question's own, and what cannot be told",
    language(),
    [
      'First we add the apples that are in the basket, then we count all of them again.',
      'Zuerst zählen wir alle Äpfel im Korb zusammen, dann nehmen wir die Hälfte davon weg.',
      '我们首先把篮子里的所有苹果加在一起，然后再数一遍，最后得到正确的答案，这就是我们要找的那个数字。',
      '12',
    ].map((text) => trace(text, { question: 'How many apples are there in the basket when you add all of them together?' })),
    ['First we add the apples that are in the basket, then we count all of them again.', '12'],
  ],
  [
    'language by name',
    language({ only: ['deu'] }),
    [
      trace('Zuerst zählen wir alle Äpfel im Korb zusammen, dann nehmen wir die Hälfte weg.'),
      trace('First we count all of the apples in the basket and then we take half away.'),
    ],
    ['Zuerst zählen wir alle Äpfel im Korb zusammen, dann nehmen wir die Hälfte weg.'],
  ],
  [
    'distinct by normalised text',
    distinct({ by: 'normalised' }),
    ['The  Sum', 'the sum', 'the sum!'].map((text) => trace(text)),
    ['The  Sum', 'the sum!'],
  ],
  [
    'distinct by solution signature',
    distinct({ by: 'steps' }),
    ['We add: 2 + 2 = 4. So 4', 'Two and two: 2+2=4', 'twice: 2*2=4', 'no equation', 'No  equation'].map((text) => trace(text)),
    ['We add: 2 + 2 = 4. So 4', 'twice: 2*2=4', 'no equation'],
  ],
  [
    'near duplicates, of which numbers make another',
    nearDuplicate(),
    [
      'The farmer takes all of the red apples to the market in the morning and sells them for a fair price, so 4 are left',
      'The farmer takes all of the red apples to the market in the morning and sells them for a good price, so 4 are left',
      'The farmer takes all of the red apples to the market in the morning and sells them for a fair price, so 5 are left',
    ].map((text) => trace(text)),
    [
      'The farmer takes all of the red apples to the market in the morning and sells them for a fair price, so 4 are left',
      'The farmer takes all of the red apples to the market in the morning and sells them for a fair price, so 5 are left',
    ],
  ],
  [
    'difficulty by pass rate of all attempts',
    difficulty({ least: 0.2, most: 0.8 }),
    ['half', 'all', 'none'].flatMap((task) =>
      [0, 1].map((i) => trace(`${task}${i}`, { task, grade: grade(task === 'all' || (task === 'half' && i === 1) ? 1 : 0) })),
    ),
    ['half0', 'half1'],
  ],
  [
    'uncertainty keeps tasks on which answers differ',
    uncertainty(),
    [...['4', '4', '5'].map((text) => trace(text, { task: 'a' })), ...['4', '4', '4'].map((text) => trace(text, { task: 'b' }))],
    ['4', '4', '5'],
  ],
  [
    'majority keeps the leading answer, none where two lead',
    majority(),
    [...['so 4', 'x\nso 4', '5'].map((text) => trace(text, { task: 'a' })), ...['1', '2'].map((text) => trace(text, { task: 'b' }))],
    ['so 4', 'x\nso 4'],
  ],
  [
    'verifier agreement',
    verifierAgreement({ grader: number() }),
    [trace('4', { grade: grade(1) }), trace('5', { grade: grade(1) }), trace('6', { grade: grade(0) })],
    ['4', '6'],
    { reference: async () => '4' },
  ],
  [
    'decontaminate: the very question, and a run of its words',
    decontaminate({ words: 6 }),
    [
      trace('4', { question: ' 2+2=' }),
      trace('tom has six red apples and four pears today', { question: 'else' }),
      trace('5', { question: '2+3=' }),
    ],
    ['5'],
    { heldOut: async () => ['2+2=', 'How many fruits if Tom has six red apples and four pears?'] },
  ],
  [
    'a band of likelihood',
    byLikelihood({ order: 'band', from: 0.25, to: 0.75 }),
    ['a', 'b', 'c', 'd'].map((text, i) => trace(text, { id: `t${i}` })),
    ['b', 'c'],
    { likelihood: new Map([0, 1, 2, 3].map((i) => [`t${i}`, -i])) },
  ],
  ['replay puts older ones behind', replay({ share: 0.5 }), [trace('new')], ['new', 'old'], { older: [trace('old')] }],
]
for (const [name, filter, given, wanted, options] of cases)
  test(name, async () => {
    let out = 0
    const why: string[] = []
    const kept = await Array.fromAsync(filter.apply(given, { seed: 1, ...options, dropped: (_, reason) => (out++, why.push(reason)) }))
    assert.equal(
      kept.map(({ messages }) => messages.at(-1)?.content),
      wanted,
    )
    assert.is(out, Math.max(0, given.length - kept.length), 'each that is left out is named')
    assert.ok(why.every((reason) => reason.length > 0))
  })

test('diverse keeps those that lie apart, by seed', async () => {
  const answers = [
    'red apples and pears',
    'red apples and a pear',
    'red apples and pears again',
    'a train to the sea at night',
    'forty two',
  ]
  const filter = diverse({ embedder, limit: 3 })
  for (const seed of [1, 2, 3]) {
    const kept = (
      await Array.fromAsync(
        filter.apply(
          answers.map((text) => trace(text)),
          { seed },
        ),
      )
    ).map(({ messages }) => messages.at(-1)?.content)
    assert.is(kept.length, 3)
    assert.ok(kept.includes('a train to the sea at night') && kept.includes('forty two'), kept.join(' | '))
  }
  const line = [0, 1, 2, 3, 4].map((x) => Float32Array.of(Math.cos(x / 3), Math.sin(x / 3)))
  assert.equal([...farthestPoints(line, 3, 0)], [0, 4, 2])
})

test('what is missing is said', async () => {
  for (const [filter, wanted] of [
    [decontaminate(), /needs the questions that measure/],
    [verifierAgreement({ grader: number() }), /needs the right answers/],
  ] as const)
    assert.match(await Array.fromAsync(filter.apply([trace('4')], { seed: 1 })).then(String, (error: Error) => error.message), wanted)
  assert.throws(() => length({ least: 5, most: 2 }), /least 5 is above most 2/)
  assert.throws(() => format({ matches: '(' }), /format: matches is no pattern/)
})

test('not-guessed keeps answers without a memory where their key is mostly solved, and leaves other tasks alone', async () => {
  const digit = (cluster: string, passed: boolean, shown: string[] = [], taskset = 'operators') =>
    scriptedTrace({ taskset, cluster, right: passed, memories: { shown, withheld: [] } })
  const traces = [
    ...[true, true, true, true, false].map((passed) => digit('known', passed)),
    ...[true, false, false, false].map((passed) => digit('guessed', passed)),
    digit('guessed', true, ['line']),
    digit('guessed', true, [], 'addition'),
  ]
  const kept = await Array.fromAsync(notGuessed({ taskset: 'operators' }).apply(traces, { seed: 1 }))
  assert.equal(
    kept.map(({ taskset, cluster, memories }) => `${taskset} ${cluster} ${memories.shown.length}`),
    [...Array<string>(5).fill('operators known 0'), 'operators guessed 1', 'addition guessed 0'],
  )
})

test('kept-apart leaves out the same share of one task set in every round, and no other', async () => {
  const traces = Array.from({ length: 2000 }, (_, i) =>
    scriptedTrace({ taskset: i < 1000 ? 'operators' : 'addition', task: `task-${i % 1000}`, round: 1 + (i % 3) }),
  )
  const left = await Array.fromAsync(keptApart({ taskset: 'operators', share: 0.25 }).apply(traces, { seed: 1 }))
  const rows = Map.groupBy(left, ({ taskset }) => taskset)
  assert.is(rows.get('addition')?.length, 1000)
  const kept = rows.get('operators') ?? []
  assert.ok(Math.abs(kept.length - 750) < 50, `${kept.length}`)
  assert.ok(kept.every(({ task }) => !isKeptApart(task, 0.25)))
})

test('none holds back what it was not asked to: without traces each gives none', async () => {
  const settings: Record<string, object> = {
    'by-likelihood': { order: 'highest' },
    'cap-per-level': { limit: 2 },
    diverse: { embedder },
    'kept-apart': { taskset: 'operators' },
    'not-guessed': { taskset: 'operators' },
    'verifier-agreement': { grader: number() },
  }
  for (const name of pluginNames('filters')) {
    const filter = ((await loadPlugin('filters', name)) as unknown as (settings: object) => Filter)(settings[name] ?? {})
    assert.equal(await Array.fromAsync(filter.apply([], { seed: 1, heldOut: async () => [], reference: async () => undefined })), [], name)
  }
  assert.equal((await Array.fromAsync(passed().apply([scriptedTrace()], { seed: 1 }))).length, 1)
})

test.run()
