import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, readRows, Trace } from '@whetstone/core'
import type { Attempt, Finish, Grade, LanguageModel, Solver, Task } from '@whetstone/core'
import { collect } from './collect.ts'
import type { CollectRequest } from './collect-request.ts'
import { evaluate } from './evaluate.ts'

const test = suite('collect')

const tasks: Task[] = Array.from({ length: 10 }, (_, i) => ({
  id: `t${i}`,
  taskset: 'toy',
  split: 'train',
  prompt: `${i}?`,
  reference: String(i),
  level: 1 + (i % 2),
  cluster: `t${i}`,
  metadata: {},
}))
const grade = (task: Task, answer: string): Grade => ({
  reward: Number(answer === task.reference),
  passed: answer === task.reference,
  parts: {},
  reason: 'toy',
  feedback: '',
})
const finishes: Record<string, Finish> = { t3: 'context', t4: 'length' }

/** Answers in reverse order, even tasks rightly; counts attempts; can stop after some, or fault on chosen tasks. */
function scriptedSolver(counts: Map<string, number>, options: { stopAfter?: number; faults?: (attempt: Attempt) => boolean } = {}): Solver {
  let made = 0
  return {
    name: 'scripted',
    async *solve(attempts) {
      for (const attempt of [...attempts].reverse()) {
        if (options.stopAfter !== undefined && made++ >= options.stopAfter) throw new BadInput('killed')
        counts.set(attempt.id, (counts.get(attempt.id) ?? 0) + 1)
        if (options.faults?.(attempt)) {
          yield { attempt, fault: 'HTTP 500', retries: 5 }
          continue
        }
        const right = Number(attempt.task.id.slice(1)) % 2 === 0
        yield {
          attempt,
          calls: [],
          messages: [
            { role: 'user', content: attempt.task.prompt },
            { role: 'assistant', content: right ? attempt.task.id.slice(1) : 'no' },
          ],
          finish: finishes[attempt.task.id] ?? 'stop',
          tokens: { prompt: 3, completion: 2 },
          seconds: 0,
        }
      }
    },
  }
}

const closed = { opened: 0, closed: 0 }
const open = async (): Promise<LanguageModel> => {
  closed.opened++
  return {
    model: {} as LanguageModel['model'],
    async *generate() {},
    async [Symbol.asyncDispose]() {
      closed.closed++
    },
  }
}
const request = (file: string, solver: Solver, more: Partial<CollectRequest> = {}): CollectRequest => ({
  run: 'r',
  round: 1,
  arm: 'train',
  policy: { model: 'm', bank: null },
  groups: [
    { tasks: tasks.slice(0, 6), samples: 2 },
    { tasks: tasks.slice(6), samples: 1 },
  ],
  seed: 5,
  solver,
  sampling: { temperature: 0, maxTokens: 4 },
  mayGrade: true,
  grade,
  show: async (attempts) => attempts.map(() => ({ system: null, shown: [], withheld: [] })),
  open,
  file,
  chunk: 5,
  label: 'toy',
  ...more,
})
const collectAll = async (wanted: CollectRequest) => {
  const { traces, faults } = await collect(wanted)
  return { traces: await Array.fromAsync(traces), faults }
}
const inFolder = async (work: (file: string) => Promise<void>) => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-collect-'))
  try {
    await work(join(folder, 'traces.jsonl'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('traces are in canonical order whatever the order of answers; the model is closed; a second call attempts nothing', () =>
  inFolder(async (file) => {
    const counts = new Map<string, number>()
    const { traces } = await collectAll(request(file, scriptedSolver(counts)))
    assert.equal(
      traces.map((trace) => `${trace.task}#${trace.sample}`),
      [...tasks.slice(0, 6).flatMap(({ id }) => [`${id}#0`, `${id}#1`]), ...tasks.slice(6).map(({ id }) => `${id}#0`)],
    )
    assert.is(new Set(traces.map((trace) => trace.id)).size, 16)
    assert.is(new Set(traces.map((trace) => trace.seed)).size, 16)
    assert.is(closed.opened, closed.closed)
    assert.equal((await collectAll(request(file, scriptedSolver(counts)))).traces, traces)
    assert.ok([...counts.values()].every((count) => count === 1))
  }))

for (const [name, wound, again] of [
  ['a bit of a trace', (file: string) => flip(file, '"task":"t3"', '"task":"t2"'), 11],
  ['a count of the ledger', (file: string) => flip(`${file}.chunks`, '"failed":0,', '"failed":7,'), 16],
  ['a line of the ledger', (file: string) => flip(`${file}.chunks`, '"chunk":2', 'x'), 6],
] as const)
  test(`${name} flips: what was attempted from that chunk on is attempted again, and the file is as it was`, () =>
    inFolder(async (file) => {
      await collect(request(file, scriptedSolver(new Map())))
      const whole = readFileSync(file, 'utf8').replace(/"createdAt":"[^"]*"/g, '')
      wound(file)
      const counts = new Map<string, number>()
      await collect(request(file, scriptedSolver(counts)))
      assert.is(readFileSync(file, 'utf8').replace(/"createdAt":"[^"]*"/g, ''), whole)
      assert.is(counts.size, again)
    }))
function flip(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes(from), text)
  writeFileSync(file, text.replace(from, to))
}

test("the role judge is opened once, for the first answer that asks it, stays open and is closed; its seeds are the attempts' own", () =>
  inFolder(async (file) => {
    const judged = { opened: 0, closed: 0 }
    const judge = {
      name: 'referee',
      open: async (): Promise<LanguageModel> => {
        judged.opened++
        return { model: {} as LanguageModel['model'], async *generate() {}, [Symbol.asyncDispose]: async () => void judged.closed++ }
      },
    }
    const seeds = new Set<number>()
    const byJudge: CollectRequest['grade'] = async (task, answer, asked) => {
      seeds.add(asked.seed)
      if (task.id !== 't1') await asked.judge?.()
      return grade(task, answer)
    }
    await collect(request(file, scriptedSolver(new Map()), { teachers: { judge }, grade: byJudge }))
    assert.equal([judged.opened, judged.closed], [1, 1])
    assert.is(seeds.size, 14, 'an attempt without an answer is not graded')
    const unasked: CollectRequest['grade'] = (task, answer, { judge: none }) => (assert.is(none, undefined), grade(task, answer))
    await collect(request(`${file}.2`, scriptedSolver(new Map()), { grade: unasked }))
  }))

test('what graders ask a judge about the answers of a chunk goes out as one call, in their order', () =>
  inFolder(async (file) => {
    const calls: string[][] = []
    const judge = {
      name: 'referee',
      open: async (): Promise<LanguageModel> => ({
        model: {} as LanguageModel['model'],
        async *generate(requests) {
          calls.push(requests.map(({ messages }) => messages[0]?.content ?? ''))
          for (const { id } of requests) yield { id, text: 'yes', finish: 'stop', tokens: { prompt: 1, completion: 1 }, seconds: 0 }
        },
        async [Symbol.asyncDispose]() {},
      }),
    }
    const byJudge: CollectRequest['grade'] = async (task, answer, asked) => {
      const model = (await asked.judge?.()) as LanguageModel
      const messages = [{ role: 'user' as const, content: task.id }]
      const [reply] = await Array.fromAsync(model.generate([{ id: '0', messages, seed: 1, sampling: { temperature: 0, maxTokens: 1 } }]))
      assert.is(reply?.id, '0')
      return grade(task, answer)
    }
    await collect(request(file, scriptedSolver(new Map()), { teachers: { judge }, grade: byJudge }))
    const order = (await Array.fromAsync(readRows(file, Trace))).map(({ task, finish }) => [task, finish])
    assert.is(calls.flat().length, 14, 'an attempt without an answer is not judged')
    assert.ok(calls.length <= 4, `${calls.length} calls for four chunks`)
    assert.equal(
      calls.flat(),
      order.filter(([, finish]) => finish === 'stop' || finish === 'length').map(([task]) => task),
    )
  }))

test('killed at any attempt, torn at any byte: the file ends as an undisturbed one, and no whole chunk is attempted twice', () =>
  inFolder(async (file) => {
    await collect(request(file, scriptedSolver(new Map())))
    const undisturbed = readFileSync(file, 'utf8')
    for (let stopAfter = 0; stopAfter < 16; stopAfter++) {
      for (const tear of ['none', 'half a row', 'a whole row', 'lost rows'] as const) {
        rmSync(file, { force: true })
        rmSync(`${file}.chunks`, { force: true })
        const counts = new Map<string, number>()
        await collect(request(file, scriptedSolver(counts, { stopAfter }))).catch((error: Error) => assert.is(error.message, 'killed'))
        const whole = Math.min(4, [5, 10, 12, 16].filter((end) => end <= stopAfter).length)
        if (tear === 'half a row') appendFileSync(file, undisturbed.slice(0, 100))
        if (tear === 'a whole row') appendFileSync(file, undisturbed.slice(0, undisturbed.indexOf('\n') + 1))
        if (tear === 'lost rows' && whole > 0) truncateSync(file, 10)
        const again = new Map<string, number>()
        await collect(request(file, scriptedSolver(again)))
        assert.is(readFileSync(file, 'utf8'), undisturbed)
        if (tear !== 'lost rows') assert.is(again.size, 16 - ([0, 5, 10, 12, 16][whole] as number), `stopped after ${stopAfter}`)
      }
    }
  }))

test('a group that is added later leaves the others as they are', () =>
  inFolder(async (file) => {
    const counts = new Map<string, number>()
    const first = [{ tasks: tasks.slice(0, 3), samples: 1 }]
    const before = await collectAll(request(file, scriptedSolver(counts), { groups: first }))
    const after = await collectAll(request(file, scriptedSolver(counts), { groups: [...first, { tasks: tasks.slice(3), samples: 1 }] }))
    assert.equal(after.traces.slice(0, 3), before.traces)
    assert.is(after.traces.length, 10)
    assert.ok([...counts.values()].every((count) => count === 1))
  }))

test('a prompt that does not fit is a failed attempt; so is a truncated one; provider faults are counted apart', () =>
  inFolder(async (file) => {
    const { traces, faults } = await collectAll(request(file, scriptedSolver(new Map(), { faults: ({ task }) => task.id === 't2' })))
    assert.equal(faults, { retried: 10, failed: 2, quarantined: 0 })
    assert.is(traces.length, 14)
    const of = (task: string) => traces.find((trace) => trace.task === task)
    assert.is(of('t3')?.grade.reason, 'context')
    assert.not.ok(of('t3')?.grade.passed)
    assert.ok(of('t4')?.grade.passed, 'a truncated answer may still be right')
    assert.ok(of('t4')?.truncated)
  }))

test('a chunk of nothing but faults stops the work, is not stored, and is tried again', () =>
  inFolder(async (file) => {
    let message = ''
    await collect(request(file, scriptedSolver(new Map(), { faults: () => true }))).catch((error: Error) => (message = error.message))
    assert.match(message, /provider failed on all 5 attempts.*HTTP 500.*resumes here/)
    assert.is((await collectAll(request(file, scriptedSolver(new Map())))).traces.length, 16)
  }))

test('an arm folds into outcomes per task, by taskset and level', () =>
  inFolder(async (file) => {
    const { traces } = await collectAll(request(file, scriptedSolver(new Map())))
    const evaluations = await evaluate(traces, { model: 'candidate', memory: true })
    assert.equal(
      evaluations.map(({ level, n, passed, model, memory }) => ({ level, n, passed, model, memory })),
      [
        { level: 1, n: 5, passed: 5, model: 'candidate', memory: true },
        { level: 2, n: 5, passed: 0, model: 'candidate', memory: true },
      ],
    )
    assert.equal(
      evaluations[0]?.outcomes.map(({ attempts }) => attempts),
      [2, 2, 2, 1, 1],
    )
  }))

test('no solver is shown a reference; hints and grades only where grades may be seen; leaks are told by yes or no', async () => {
  for (const mayGrade of [true, false]) {
    const seen: string[] = []
    const spy: Solver = {
      name: 'spy',
      async *solve(attempts, _model, { grade: graded, hint, leaks, verify }) {
        for (const attempt of attempts) {
          const { task } = attempt
          seen.push(JSON.stringify(task.reference))
          assert.equal([graded !== undefined, hint !== undefined], [mayGrade, mayGrade])
          assert.is(leaks?.(task, `it is ${task.id.slice(1)}.`), true)
          assert.is(leaks?.(task, `it is 1${task.id.slice(1)}.`), false)
          assert.equal(verify?.(task, ''), { right: true, share: 0, complete: false })
          if (mayGrade) assert.ok((await graded?.(task, task.id.slice(1)))?.passed && hint?.(task) === task.id.slice(1))
          const messages = [{ role: 'assistant' as const, content: '' }]
          yield { attempt, calls: [], messages, finish: 'stop', tokens: { prompt: 0, completion: 0 }, seconds: 0 }
        }
      },
    }
    const offers = { hint: ({ reference }: Task) => reference, verify: () => ({ right: true, share: 0, complete: false }) }
    await inFolder(async (file) => void (await collect(request(file, spy, { mayGrade, ...offers }))))
    assert.equal(new Set(seen), new Set(['""']))
  }
})

test('an answer that cannot be worked on lies aside with its reason, blocks nothing, and is attempted again when told', () =>
  inFolder(async (file) => {
    let poison = true
    const poisoned: CollectRequest['grade'] = (task, answer) => {
      if (poison && task.id === 't2') throw new TypeError('odd')
      return grade(task, answer)
    }
    const ask = (more: Partial<CollectRequest> = {}) =>
      collect(request(file, scriptedSolver(new Map()), { grade: poisoned, label: 'x', ...more }))
    const { faults, traces } = await ask()
    assert.equal([faults.quarantined, (await Array.fromAsync(traces)).length], [2, 14])
    assert.match(readFileSync(`${file}.quarantine`, 'utf8'), /"attempt":"t2#0","why":"odd","answer":"2","chunk":0/)
    const before = readFileSync(file, 'utf8')
    assert.equal([(await ask()).faults.quarantined, readFileSync(file, 'utf8')], [2, before], 'a resume leaves it')
    assert.is((await ask({ retryQuarantined: true })).faults.quarantined, 2, 'still poisoned, counted once')
    poison = false
    const mended = await ask({ retryQuarantined: true })
    assert.equal([mended.faults.quarantined, (await Array.fromAsync(mended.traces)).length], [0, 16])
    assert.is((await ask({ retryQuarantined: true })).faults.quarantined, 0)
    assert.is((await Array.fromAsync((await ask()).traces)).length, 16, 'none is doubled')
  }))

test('a solver that breaks on one answer loses that one, and one that breaks on all says why', () =>
  inFolder(async (file) => {
    const breaks = (on: (attempt: Attempt) => boolean): Solver => {
      const scripted = scriptedSolver(new Map())
      return {
        name: 'breaks',
        async *solve(attempts, model, options) {
          for (const attempt of attempts) {
            if (on(attempt)) throw new Error(`cannot read ${attempt.id}`)
            yield* scripted.solve([attempt], model, options)
          }
        },
      }
    }
    const { faults, traces } = await collect(
      request(
        file,
        breaks(({ id }) => id === 't1#0'),
      ),
    )
    assert.equal([faults.quarantined, (await Array.fromAsync(traces)).length], [1, 15])
    await collect(
      request(
        `${file}.all`,
        breaks(() => true),
      ),
    ).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, /cannot read/),
    )
  }))

test.run()
