import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Round } from '@whetstone/core'
import { writeReport } from './write-report.ts'

const test = suite('writeReport')
const hostile = '<script>alert(1)</script>|"x"'
const arm = (model: 'incumbent' | 'candidate', memory: boolean) => ({
  model,
  memory,
  split: 'validation' as const,
  taskset: hostile,
  level: 5,
  n: 100,
  passed: 40,
  passRate: 0.4,
  ci: [0.31, 0.5] as [number, number],
})
const round = Round.parse({
  run: 'r',
  round: 2,
  recipe: 'tiny',
  seed: 1,
  frontier: { taskset: hostile, level: 5, rule: 'lowest', trainRate: 0.4 },
  incumbent: { id: 'model-a' },
  candidate: { id: 'model-b' },
  bank: { size: 64, added: 3, tag: 'round-002', kept: true },
  evaluations: [arm('incumbent', false), arm('incumbent', true), arm('candidate', false), arm('candidate', true)],
  decision: {
    promoted: false,
    reason: `kept: ${hostile}`,
    test: 'exact McNemar, one-sided',
    alpha: 0.025,
    arm: 'candidate vs incumbent, memory on',
    n: 100,
    clusters: 100,
    incumbentRate: 0.4,
    candidateRate: 0.42,
    difference: 0.02,
    ci: [-0.05, 0.09],
    pValue: 0.3,
    wins: 8,
    losses: 6,
    minimumDetectableEffect: 0.11,
    nonInferiority: [{ taskset: 'addition', level: 2, n: 100, difference: 0, low: -0.02, margin: 0.03, passed: true }],
    memory: null,
  },
  retest: { failed: 60, solvedByCandidate: 12, solvedByIncumbent: 11, pValue: 0.5 },
  harvest: { attempted: 10, passed: 5, kept: 4, replayed: 2, pairs: 1 },
  training: { trainer: 'llama-train sft', steps: 10, seconds: 3, finalLoss: 0.12 },
  untrained: null,
  faults: { retried: 0, failed: 0 },
  truncated: 0,
  looks: 2,
  cost: { seconds: 70, tokens: { prompt: 100, completion: 50 } },
})

test('report and chart are written; what the page quotes is escaped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-report-'))
  await writeReport(folder, round, { seconds: { traces: 5, arms: 61 } })
  const page = readFileSync(join(folder, 'report.html'), 'utf8')
  assert.not.match(page, /<script>/)
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
  assert.match(page, /minimum detectable effect \+11\.0 points/)
  assert.match(readFileSync(join(folder, 'report.md'), 'utf8'), /\| addition 2 \| 100 \| \+0\.0 \| -2\.0 \| -3\.0 \| yes \|/)
  assert.ok(existsSync(join(folder, 'arms.svg')))
  const png = readFileSync(join(folder, 'arms.png'))
  assert.equal([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47])
  assert.ok(png.length > 5000, 'the chart is empty')
  rmSync(folder, { recursive: true })
})

test.run()
