import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Grade, Task, Teacher } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import { scripted, scriptedModel } from '@whetstone/inference'
import { fakeEndpoint, sendAnswer } from '@whetstone/inference/fake-endpoint.ts'
import { readSpending } from '@whetstone/runs'
import reflectRewrite from '@whetstone/solvers/solvers/reflect-rewrite.ts'
import { endpointTeachers, type TeacherFlags } from './endpoint-teachers.ts'

const test = suite('endpoint teachers')
/** Nothing listens there. */
const gone = 'http://127.0.0.1:9'
const named = (flags: Partial<TeacherFlags>, ledger?: string) => endpointTeachers(flags as TeacherFlags, { concurrency: 1 }, ledger)
const said = (teacher: Teacher | undefined) =>
  (teacher as Teacher).open().then(
    () => 'opened',
    (error: Error) => error.message,
  )

test('a teacher that does not answer names the flag that it came by', async () => {
  const both = named({ teacher: gone, 'advanced-teacher': gone })
  assert.match(await said(both.basic), /does not answer \(.*\): start the server, or check --teacher$/)
  assert.match(await said(both.advanced), /start the server, or check --advanced-teacher$/)
  const one = named({ teacher: gone })
  assert.match(await said(one.advanced), /start the server, or check --teacher$/)
  assert.equal(Object.keys(named({ 'advanced-teacher': gone })), ['advanced'])
})

test('a cap that is reached in the middle of the attempts stops with a sentence; raised, what was attempted is not attempted or paid again', async () => {
  await using server = await fakeEndpoint((_, response) => sendAnswer(response, [{ content: 'Look at the sum.' }]))
  const scratch = mkdtempSync(join(tmpdir(), 'whetstone-cap-'))
  const ledger = join(scratch, 'spending.json')
  const tasks = Array.from({ length: 6 }, (_, i): Task => {
    const about = { id: `t${i}`, cluster: `t${i}`, prompt: `${i}+1`, reference: String(i + 1) }
    return { ...about, taskset: 'toy', split: 'train', level: 1, metadata: {} }
  })
  const asked: string[] = []
  const target = scripted('target', ({ messages }) => {
    if (messages.length === 1) asked.push(messages[0]!.content)
    return 'no'
  })
  const sitting = (tokens: number) =>
    collect({
      ...{ run: 'r', round: 1, arm: 'train', policy: { model: 'm', bank: null }, seed: 1, mayGrade: true, chunk: 2, label: 'toy' },
      groups: [{ tasks, samples: 1 }],
      solver: reflectRewrite({ rounds: 1, teacher: 'basic' }),
      teachers: named({ teacher: server.url, 'teacher-tokens': tokens }, ledger),
      sampling: { temperature: 0, maxTokens: 4 },
      grade: (): Grade => ({ reward: 0, passed: false, parts: {}, reason: 'toy', feedback: '' }),
      show: async (attempts) => attempts.map(() => ({ system: null, shown: [], withheld: [] })),
      open: () => target.open(scriptedModel('target'), { concurrency: 1 }),
      file: join(scratch, 'traces.jsonl'),
    })
  try {
    const stopped = await sitting(1).then(
      () => 'went on',
      (error: Error) => error.message,
    )
    assert.match(stopped, /has used its 1 tokens \(\d+\): raise --teacher-tokens and run the same command again$/)
    const paid = server.seen.length
    const spent = readSpending(ledger)
    assert.ok(paid === 2 && (spent?.completion ?? 0) > 0, 'one chunk was paid for, and written down')
    asked.length = 0
    const { traces } = await sitting(1e6)
    assert.is((await Array.fromAsync(traces)).length, 6)
    assert.not(asked.includes('0+1') || asked.includes('1+1'), 'the chunk that was whole is kept')
    assert.is(server.seen.length, 6)
    assert.is(readSpending(ledger)?.completion, 3 * (spent?.completion ?? 0))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
})

for (const [name, words, counted, answer] of [
  ['prose where a rewrite is due', 'Certainly! I would look at that step once more.', { leaks: 0, rewrites: 1 }, '3+5=2;#2'],
  ['a critique that tells the answer', '!3+5=1;#1', { leaks: 1, rewrites: 0 }, '3+5=1;#1'],
] as const)
  test(`${name}: not followed, and counted in the trace`, async () => {
    await using server = await fakeEndpoint((_, response) => sendAnswer(response, [{ content: words }]))
    const scratch = mkdtempSync(join(tmpdir(), 'whetstone-words-'))
    const about = { id: 't', cluster: 't', prompt: '3+5?', reference: '3+5=1;#1' }
    const target = scripted('target', ({ messages }) => (messages.length === 1 ? '3+5=2;#2' : '3+5=1;#1'))
    try {
      const { traces } = await collect({
        ...{ run: 'r', round: 1, arm: 'train', policy: { model: 'm', bank: null }, seed: 1, mayGrade: true, chunk: 2, label: 'toy' },
        groups: [{ tasks: [{ ...about, taskset: 'chains', split: 'train', level: 1, metadata: {} }], samples: 1 }],
        solver: reflectRewrite({ rounds: 1, teacher: 'basic', rewriter: counted.rewrites > 0 ? 'teacher' : 'target', prompts: 'chains-1' }),
        teachers: named({ teacher: server.url }),
        sampling: { temperature: 0, maxTokens: 40 },
        grade: (_, text): Grade => ({ reward: 0, passed: text === about.reference, parts: {}, reason: 'toy', feedback: '' }),
        show: async (attempts) => attempts.map(() => ({ system: null, shown: [], withheld: [] })),
        open: () => target.open(scriptedModel('target'), { concurrency: 1 }),
        file: join(scratch, 'traces.jsonl'),
      })
      const [trace] = await Array.fromAsync(traces)
      assert.equal(trace?.dropped, counted)
      assert.is(trace?.messages.at(-1)?.content, answer)
      assert.not(
        trace?.messages.some(({ content }) => content.includes(words)),
        'what the teacher said is nowhere in the exchange',
      )
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  })

test.run()
