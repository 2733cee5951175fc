import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Memory } from '@whetstone/core'
import type { GradedAttempt } from './induce-operator.ts'
import induceOperator, { induceOperators } from './induce-operator.ts'

const test = suite('induce-operator')
const operations = { a: (x: number, y: number) => (x + y) % 10, h: Math.max, l: Math.min, c: (x: number) => 9 - x }
function attempt(prompt: string, answer: string, passed: boolean, trace = `${prompt}${answer}`): GradedAttempt {
  return { prompt, answer, passed, trace, task: prompt }
}

test('one operation is left, or nothing is said', () => {
  const cases: [string, GradedAttempt[], string | undefined][] = [
    ['a pass that one operation explains', [attempt('3kx4=', '7', true)], 'a'],
    ['a pass that two explain', [attempt('5kx4=', '4', true)], undefined],
    ['two passes', [attempt('5kx4=', '4', true), attempt('7kx1=', '1', true)], 'l'],
    ['failures alone', [attempt('3kx4=', '7', false), attempt('3kx4=', '4', false), attempt('3kx4=', '3', false)], 'c'],
    ['attempts that contradict each other', [attempt('3kx4=', '7', true), attempt('3kx4=', '7', false)], undefined],
    ['no readable answer', [attempt('3kx4=', 'seven', false), attempt('3kx4=', '', false)], undefined],
    ['another kind of prompt', [attempt('12+34=', '46', true)], undefined],
  ]
  for (const [name, attempts, expected] of cases) assert.is(induceOperators(attempts, operations)[0]?.operation, expected, name)
})

test('evidence is what ruled something out', () => {
  const attempts = [attempt('5kx4=', '4', true), attempt('5kx4=', '4', true, 'again'), attempt('7kx1=', '1', true)]
  const [induced] = induceOperators(attempts, operations)
  assert.equal(
    induced?.evidence.map((item) => item.trace),
    ['5kx4=4', '7kx1=1'],
  )
})

test('traces become lines with their sources; the same traces give the same memory', async () => {
  const trace = {
    id: 'trace-1',
    run: 'r',
    round: 1,
    task: 'operators-3kx4',
    taskset: 'operators',
    split: 'train' as const,
    level: 1,
    cluster: 'kx',
    policy: { model: 'm', bank: null },
    solver: 'direct',
    sample: 0,
    seed: 1,
    memories: { shown: [], withheld: [] },
    taskHash: null,
    calls: null,
    messages: [
      { role: 'system' as const, content: 'zz=a;' },
      { role: 'user' as const, content: '3kx4=' },
      { role: 'assistant' as const, content: '7' },
    ],
    grade: { reward: 1, passed: true, parts: {}, reason: 'correct', feedback: '' },
    tokens: { prompt: 1, completion: 1 },
    seconds: 0,
    finish: 'stop' as const,
    truncated: false,
  }
  const options = { createdAt: '2026-11-21T00:00:00Z', open: () => Promise.reject(new Error('a program needs no model')), seed: 1 }
  const reflect = () => induceOperator({ operations }).reflect([trace, { ...trace, id: 'trace-2', taskset: 'addition' }], options)
  const [memory, ...rest] = await reflect()
  assert.is(rest.length, 0)
  assert.equal(Memory.parse(memory), memory)
  assert.is(memory?.content, 'kx=a;')
  assert.equal([memory?.sourceTask, memory?.sourceTraces], ['operators-3kx4', ['trace-1']])
  assert.equal(await reflect(), [memory])
})

test.run()
