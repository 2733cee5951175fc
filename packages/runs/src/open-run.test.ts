import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Trace } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-open-run-'))
process.env['WHETSTONE_ROOT'] = scratch
const { appendRows } = await import('@whetstone/core')
const { openRun } = await import('./open-run.ts')
const { roundFiles, runFiles, runNames } = await import('./run-files.ts')

const test = suite('openRun')
const trace = (index: number, more: Partial<Trace> = {}) => ({
  id: `trace-${index}`,
  run: 'r',
  round: 1,
  task: `t${index >> 2}`,
  taskset: index % 2 ? 'odd' : 'even',
  split: 'train',
  level: 1 + (index % 5),
  cluster: 'c',
  policy: { model: 'm', bank: null },
  solver: 'direct',
  sample: index % 4,
  seed: index,
  memories: { shown: index % 3 ? [] : ['memory-1'], withheld: [] },
  messages: [
    { role: 'user', content: `question ${index}` },
    { role: 'assistant', content: 'é'.repeat(index % 50) },
  ],
  grade: { reward: 0, passed: index % 7 === 0, parts: {}, reason: '', feedback: '' },
  tokens: { prompt: 1, completion: 1 },
  seconds: 0,
  finish: 'stop',
  truncated: false,
  ...more,
})
const write = (file: string, text: string) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}
const traces = Array.from({ length: 1000 }, (_, index) => trace(index))
const of = (run: string) => ({ files: runFiles(run), one: roundFiles(run, 1) })

test('a run that is not there is empty, and no problem', async () => {
  const run = openRun('none')
  assert.equal(
    [run.record(), run.incumbent(), run.rounds(), run.open(), run.phase1(), run.round(1).arms(), run.round(1).candidate()],
    [null, null, [], null, null, [], null],
  )
  assert.equal(await Array.fromAsync(run.trainTraces()), [])
  assert.equal([run.problems, runNames()], [[], []])
})

test('an empty file of traces has none, whatever it is asked', async () => {
  write(of('hollow').one.traces, '')
  const file = openRun('hollow').round(1).traces
  assert.equal(
    [await file.find({ id: 'trace-1' }), await file.find({ task: 't1' })],
    [
      { total: 0, traces: [] },
      { total: 0, traces: [] },
    ],
  )
  assert.is((await file.lines())('trace-1'), undefined)
})

test('traces are found by id, task, level and outcome, one at a time or a page at a time', async () => {
  appendRows(of('r').one.traces, traces)
  const file = openRun('r').round(1).traces
  assert.is((await file.index()).length, 1000)
  assert.ok(existsSync(`${file.file}.index`))
  assert.equal((await file.find({ id: 'trace-777' })).traces[0]?.messages, traces[777]?.messages)
  assert.is((await file.find({ id: 'trace-1000' })).total, 0)
  const four = await file.find({ task: 't20' })
  assert.equal(
    four.traces.map(({ id }) => id),
    ['trace-80', 'trace-81', 'trace-82', 'trace-83'],
  )
  const expected = traces.filter((each) => each.grade.passed && each.level === 2 && each.taskset === 'odd').map(({ id }) => id)
  const page = await file.find({ passed: true, level: 2, taskset: 'odd' }, { skip: 3, limit: 4 })
  assert.is(page.total, expected.length)
  assert.equal(
    page.traces.map(({ id }) => id),
    expected.slice(3, 7),
  )
  const shown = await file.find({ remembered: true, passed: false })
  assert.is(shown.total, traces.filter((each) => each.memories.shown.length > 0 && !each.grade.passed).length)
})

test('an index goes on where the file grew, and is made again where the file is another', async () => {
  const { traces: path } = of('r').one
  appendRows(path, [trace(1000)])
  appendFileSync(path, '{"id":"torn')
  assert.is((await openRun('r').round(1).traces.index()).length, 1001)
  const before = statSync(`${path}.index`).mtimeMs
  assert.is((await openRun('r').round(1).traces.find({ id: 'trace-1000' })).total, 1)
  assert.is(statSync(`${path}.index`).mtimeMs, before, 'a little growth is not worth a write')
  write(path, '')
  appendRows(path, [trace(5), trace(6), trace(7)])
  const again = openRun('r').round(1).traces
  assert.equal(
    (await again.find({})).traces.map(({ id }) => id),
    ['trace-5', 'trace-6', 'trace-7'],
  )
  truncateSync(`${path}.index`, 50)
  assert.is((await openRun('r').round(1).traces.index()).length, 3)
})

test('a line that is no trace is counted, and costs the others nothing', async () => {
  const path = write(of('odd').one.traces, `{"id":1}\n${JSON.stringify(trace(1))}\nnonsense\n${JSON.stringify(trace(2))}\n`)
  const file = openRun('odd').round(1).traces
  const index = await file.index()
  assert.equal([index.length, index.damaged], [2, 2])
  const run = openRun('odd')
  await run.round(1).traces.index()
  assert.equal(
    run.problems.map(({ kind, readable }) => [kind, readable]),
    [['foreign', 'all other traces']],
  )
  assert.equal(
    (await file.find({})).traces.map(({ id }) => id),
    ['trace-1', 'trace-2'],
  )
  let said = ''
  await Array.fromAsync(file.rows()).catch((error: Error) => (said = error.message))
  assert.match(said, new RegExp(`${path}:1: `))
})

for (const [name, text, kind, says] of [
  ['cut off', '{"round": 1, "model"', 'torn', /incumbent\.json: not JSON/],
  ['empty', '', 'torn', /incumbent\.json: not JSON/],
  ['something else', '{"hello": 1}', 'foreign', /incumbent\.json: round/],
] as const) {
  test(`a record that is ${name} is named with what can still be read`, () => {
    write(runFiles(name).incumbent, text)
    appendRows(roundFiles(name, 2).traces, [trace(1)])
    const run = openRun(name)
    assert.is(run.incumbent(), null)
    assert.is(run.incumbent(), null)
    assert.equal(
      run.problems.map((problem) => [problem.kind, problem.readable]),
      [[kind, 'rounds and their traces']],
    )
    assert.match(run.problems[0]?.says ?? '', says)
    assert.equal(
      run.rounds().map(({ round }) => round),
      [2],
    )
  })
}

test('a torn last row is named, and the rows before it are read', async () => {
  const { one } = of('torn')
  appendRows(one.examples, [{ messages: [], trace: 'trace-1' }])
  appendFileSync(one.examples, '{"messages":')
  const run = openRun('torn')
  assert.is((await Array.fromAsync(run.round(1).examples())).length, 1)
  assert.match(run.problems[0]?.says ?? '', /last 12 bytes are no whole line/)
})

test("an older run's arms are those that its evaluations name", () => {
  const evaluation = { split: 'validation', taskset: 's', level: 1, n: 0, passed: 0, passRate: 0, ci: [0, 1], outcomes: [] }
  const value = {
    evaluations: [
      { ...evaluation, model: 'incumbent', memory: false },
      { ...evaluation, model: 'candidate', memory: true },
      { ...evaluation, model: 'candidate', memory: true, level: 2 },
    ],
    files: { 'incumbent-bare': '/old/validation-incumbent-bare.jsonl' },
    tokens: { prompt: 1, completion: 1 },
    faults: { retried: 0, failed: 0 },
    truncated: 0,
    attempted: 3,
  }
  write(of('old').one.step('arms'), JSON.stringify({ step: 'arms', fingerprint: '', inputs: {}, seconds: 2, value }))
  const round = openRun('old').round(1)
  assert.equal(
    round.arms().map(({ name, traces: { file } }) => [name, file]),
    ['incumbent-bare', 'candidate-memory'].map((name) => [name, roundFiles('old', 1).arm(name)]),
  )
  assert.is(round.arm('candidate', false), null)
  assert.equal(round.seconds(), { arms: 2 })
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
