// What is written for other tools is read back by our readers of their formats: each task with its verdict, several attempts as epochs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Trace, writePieces } from '@whetstone/core'
import { readResults } from '../compare/read-results.ts'
import { inspectLog, type LoggedArm } from './inspect-log.ts'
import { lmEvalSamples } from './lm-eval-samples.ts'

const test = suite('logs')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-logs-'))
test.after(() => rmSync(folder, { recursive: true }))

const traces = Array.from({ length: 12 }, (_, i) =>
  Trace.parse({
    id: `trace-${i}`,
    run: 'r',
    round: 1,
    task: `t${i % 6}`,
    taskset: 'sums',
    split: 'validation',
    level: 1,
    cluster: `t${i % 6}`,
    policy: { model: 'm', bank: null },
    solver: 'direct',
    sample: Math.floor(i / 6),
    seed: i,
    memories: { shown: [], withheld: [] },
    messages: [
      { role: 'user', content: `what is ${i % 6} "and" </script> 1?` },
      { role: 'assistant', content: `\u001b[31m${i}` },
    ],
    grade: { reward: i % 2, passed: i % 2 === 1, parts: {}, reason: 'r', feedback: '' },
    tokens: { prompt: 1, completion: 1 },
    seconds: 0,
    finish: 'stop',
    truncated: false,
  }),
)
const arm: LoggedArm = {
  run: 'r',
  round: 1,
  arm: 'candidate-on',
  model: 'm',
  accuracy: 0.5,
  attempts: 12,
  created: new Date(0),
  settings: null,
  references: new Map([['t1', '2']]),
}
const stream = async function* () {
  yield* traces
}

for (const [name, write, file] of [
  ['inspect', inspectLog, 'log.json'],
  ['lm-eval', lmEvalSamples, 'samples_r.jsonl'],
] as const)
  test(name, async () => {
    const path = join(folder, file)
    await writePieces(path, write(arm, stream()))
    const [set] = await readResults(path)
    const outcomes = set?.groups.flatMap(({ outcomes: of }) => of) ?? []
    assert.equal(
      outcomes.map(({ task, attempts, passed }) => [task, attempts, passed]).sort(),
      Array.from({ length: 6 }, (_, i) => [`t${i}`, 2, i % 2 === 1 ? 2 : 0]),
    )
    assert.match(readFileSync(path, 'utf8'), /"target":"2"/)
  })

test.run()
