import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Task, Trace } from '@whetstone/core'
import { selectTasks } from './select-tasks.ts'
import { summarizeAttempts } from './summarize-attempts.ts'

const test = suite('selecting tasks and summing up attempts')

const trace = (task: string, answer: string, passed: boolean) =>
  ({
    task,
    cluster: task,
    messages: [{ role: 'assistant', content: answer }],
    grade: { passed },
    truncated: answer === '',
    tokens: { prompt: 10, completion: 2 },
    seconds: 0.5,
  }) as unknown as Trace

test('pass@k and majority@k over tasks with their costs', async () => {
  const traces = [
    ...['4', '4', '5', '4'].map((answer) => trace('a', answer, answer === '4')),
    ...['1', '2', '', '7'].map((answer) => trace('b', answer, answer === '7')),
    trace('c', '9', true),
  ]
  const summary = await summarizeAttempts(traces, { answerOf: ({ messages }) => messages.at(-1)?.content || null, seed: 1 })
  assert.equal(
    [summary.tasks, summary.attempts, summary.truncated, summary.tokens, summary.seconds],
    [3, 9, 1, { prompt: 90, completion: 18 }, 4.5],
  )
  assert.equal(
    summary.atK.map(({ k, tasks }) => [k, tasks]),
    [
      [1, 3],
      [2, 2],
      [4, 2],
    ],
  )
  const near = (got: number, want: number) => assert.ok(Math.abs(got - want) < 1e-12, `${got}, wanted ${want}`)
  near(summary.rate.rate, (0.75 + 0.25 + 1) / 3)
  near(summary.atK[0]!.pass, (0.75 + 0.25 + 1) / 3)
  // b: pairs that hold the 7 are 3 of 6; a: only the pair without a 4 fails, and there is none
  near(summary.atK[1]!.pass, (1 + 0.5) / 2)
  // of all four, a's majority is right; b's three answers tie, one of them right
  near(summary.atK[2]!.majority, (1 + 1 / 3) / 2)
})

test('nothing attempted is nothing', async () => {
  const summary = await summarizeAttempts([], { answerOf: () => null, seed: 1 })
  assert.equal([summary.tasks, summary.atK], [0, []])
})

const tasks = Array.from({ length: 10 }, (_, i) => ({ id: `t${i}` }) as Task)
const ids = (kept: readonly Task[]) => kept.map(({ id }) => id).join(' ')
for (const [name, selection, want] of [
  ['ids', { ids: ['t7', 't2'] }, 't2 t7'],
  ['exclusions', { skipIds: ['t0', 't9', 'none'], range: ':3' }, 't1 t2'],
  ['a range', { range: '3:5' }, 't3 t4'],
  ['an open range', { range: '8:' }, 't8 t9'],
  ['the last ones', { range: '-2:' }, 't8 t9'],
  ['nothing', {}, 't0 t1 t2 t3 t4 t5 t6 t7 t8 t9'],
] as const)
  test(`selects by ${name}`, () => assert.is(ids(selectTasks(tasks, selection)), want))

test('unknown ids and bad ranges are refused', async () => {
  assert.throws(
    () => selectTasks(tasks, { ids: ['t1', 'x', 'y', 'z', 'w'] }),
    /No task "x", "y", "z" and 1 more among 10 tasks, whose ids look like "t0"/,
  )
  for (const range of ['5', 'a:b', '-:', '1:2:3']) assert.throws(() => selectTasks(tasks, { range }), /is no range/)
})

test.run()
