import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { compareSets, type Comparison } from './compare-sets.ts'
import { comparisonPage } from './comparison-page.ts'
import { pickSets } from './pick-sets.ts'
import { only, resultFolder } from './result-folder.ts'
import { showComparisons } from './show-comparison.ts'

const test = suite('compare sets')
const { json, jsonl, remove } = resultFolder()
test.after(remove)

const trace = (
  task: number,
  level: number,
  passed: boolean,
  policy: { model: string; bank: string | null } = { model: 'm', bank: null },
) => ({
  id: `trace-${task}-${level}`,
  run: 'r',
  round: 1,
  task: `t${level}-${task}`,
  taskset: 'addition',
  split: 'validation',
  level,
  cluster: `t${level}-${task}`,
  policy,
  solver: 'direct',
  sample: 0,
  seed: 1,
  memories: { shown: [], withheld: [] },
  messages: [],
  grade: { reward: passed ? 1 : 0, passed, parts: {}, reason: '', feedback: '' },
  tokens: { prompt: 1, completion: 1 },
  seconds: 0,
  finish: 'stop',
  truncated: false,
})
test('what the grader could not tell is said, and is not counted as wrong', async () => {
  const rows = (undecided: number) =>
    Array.from({ length: 30 }, (_, i) => {
      const row = trace(i, 1, i < 10)
      return i >= 30 - undecided ? { ...row, grade: { ...row.grade, undecided: true } } : row
    })
  const [control, treatments] = only(await pickSets([jsonl('sure.jsonl', rows(0)), jsonl('unsure.jsonl', rows(4))], {}))
  const [{ notes }] = compareSets(control, treatments, { seed: 1 }) as [Comparison]
  assert.equal(
    notes.filter((note) => note.includes('could not tell')),
    [`${treatments[0]?.name}: of 4 of 30 attempts the grader could not tell: they count as not passed, and not as wrong`],
  )
  assert.equal(control.groups[0]?.outcomes[29], { task: 't1-29', cluster: 't1-29', attempts: 1, passed: 0 })
  assert.equal(treatments[0]?.groups[0]?.outcomes[29], { task: 't1-29', cluster: 't1-29', attempts: 1, passed: 0, undecided: 1 })
})
test('our traces: by level, pooled, several treatments adjusted by Holm, a null says what it would have missed', async () => {
  const file = (name: string, shift: number) =>
    jsonl(
      name,
      [1, 2].flatMap((level) => Array.from({ length: 60 }, (_, i) => trace(i, level, i < 20 + shift))),
    )
  const [control, treatments] = only(await pickSets([file('base.jsonl', 0), file('same.jsonl', 1), file('better.jsonl', 15)], {}))
  const comparisons = compareSets(control, treatments, { seed: 1 })
  assert.equal(
    comparisons.map(({ groups }) => groups.map(({ group }) => group)),
    [
      ['addition level 1', 'addition level 2'],
      ['addition level 1', 'addition level 2'],
    ],
  )
  const [same, better] = comparisons
  assert.is(better!.all.n, 120)
  assert.ok(Math.abs(better!.pHolm! / (2 * better!.all.paired!.pValue) - 1) < 1e-9)
  assert.is(same!.pHolm, same!.all.paired!.pValue)
  const text = showComparisons(comparisons).replace(/\s+/g, ' ')
  assert.match(text, /No difference shown: a true one under \d+\.\d points would have been missed/)
  assert.match(text, /better\.jsonl is better \(exact McNemar, two-sided p = [\d.e-]+, [\d.e-]+ after Holm over 2 comparisons\)/)
})

test('one file with several arms compares its arms', async () => {
  const policies = [
    { model: 'm', bank: null },
    { model: 'm', bank: 'round-001' },
  ]
  const mixed = jsonl(
    'mixed.jsonl',
    policies.flatMap((policy, arm) => Array.from({ length: 30 }, (_, i) => trace(i, 1, i < 10 + 10 * arm, policy))),
  )
  const [control, treatments] = only(await pickSets([mixed], {}))
  assert.equal([control.arm, treatments.map(({ arm }) => arm)], ['m, memory off', ['m, memory on (round-001)']])
  const trials = ['baseline', 'memory', 'control'].flatMap((arm, index) =>
    Array.from({ length: 20 }, (_, i) => ({
      arm,
      task: `t${i}`,
      taskset: 'operators',
      level: 1,
      cluster: `k${i % 10}`,
      sample: 0,
      passed: i < 5 + 5 * (index % 2),
    })),
  )
  const phase1 = json('phase1_results.json', { run: 'tiny', trials })
  const [baseline, others] = only(await pickSets([phase1], {}))
  const compared = compareSets(baseline, others, { seed: 1 })
  assert.equal(
    compared.map(({ all }) => [all.paired?.wins, all.clusters, all.paired?.test]),
    [
      [5, 10, 'sign-flip permutation over clusters'],
      [0, 10, 'sign-flip permutation over clusters'],
    ],
  )
})

test('other tasks in each arm: an interval of independent samples, no test', async () => {
  const fresh = (name: string, from: number, right: number) =>
    jsonl(
      name,
      Array.from({ length: 100 }, (_, i) => trace(from + i, 3, i < right)),
    )
  const [control, treatments] = only(await pickSets([fresh('round1.jsonl', 0, 40), fresh('round2.jsonl', 500, 70)], {}))
  const comparison = compareSets(control, treatments, { seed: 1 })[0]!
  assert.is(comparison.all.paired, null)
  // from Wilson's 0.6042 to 0.7811 and 0.3094 to 0.4980: 0.3 - √(0.0958² + 0.0980²), 0.3 + √(0.0811² + 0.0906²)
  assert.ok(
    Math.abs(comparison.all.low - 0.1629) < 6e-5 && Math.abs(comparison.all.high - 0.4216) < 6e-5,
    `${comparison.all.low} ${comparison.all.high}`,
  )
  assert.match(showComparisons([comparison]), /the interval of independent samples excludes zero/)
})

test('the page holds figures and chart, and escapes names that come from files', async () => {
  const set = (name: string, passed: number) => ({
    name,
    arm: '',
    source: 'x',
    format: 'traces' as const,
    groups: [
      {
        name: '<b>g</b>',
        outcomes: Array.from({ length: 20 }, (_, i) => ({ task: `${i}`, cluster: `${i}`, attempts: 1, passed: i < passed ? 1 : 0 })),
        contents: new Map(),
      },
    ],
    notes: ['"><img src=x onerror=alert(1)>'],
  })
  const page = await comparisonPage('Comparison', compareSets(set('<script>alert(1)</script>', 4), [set('b', 16)], { seed: 1 }))
  assert.not.match(page, /<script|<img|<b>g/)
  assert.match(page, /<svg/)
  assert.match(page, /\+60\.0/)
})

const real = join(root, '../shared/data/gsm8k_model_solutions.jsonl')
test('real verdicts: four models on GSM8K, each pair agrees with a direct count', async () => {
  if (!existsSync(real)) return console.log('SKIP compare on GSM8K verdicts: ../shared/data/gsm8k_model_solutions.jsonl not found')
  const rows = readFileSync(real, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const models = Object.keys(rows[0] ?? {}).filter((key) => typeof (rows[0]?.[key] as { is_correct?: unknown })?.is_correct === 'boolean')
  assert.is(models.length, 4)
  const verdict = (row: Record<string, unknown>, model: string) => (row[model] as { is_correct: boolean }).is_correct
  const files = models.map((model) =>
    jsonl(
      `${model}/samples_gsm8k.jsonl`,
      rows.map((row, doc_id) => ({ doc_id, doc: {}, exact_match: verdict(row, model) ? 1 : 0 })),
    ),
  )
  const [control, treatments] = only(await pickSets(files, {}))
  for (const [index, { all }] of compareSets(control, treatments, { seed: 1 }).entries()) {
    const wins = rows.filter((row) => verdict(row, models[index + 1] as string) && !verdict(row, models[0] as string)).length
    assert.equal([all.n, all.paired?.wins], [1319, wins])
  }
})

test.run()
