import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, root } from '@whetstone/core'
import { mcnemar } from '@whetstone/statistics'
import { compareSets } from './compare-sets.ts'
import { comparisonPage } from './comparison-page.ts'
import { pickSets } from './pick-sets.ts'
import { readResults } from './read-results.ts'
import { showComparisons } from './show-comparison.ts'

const test = suite('compare')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-compare-'))
test.after(() => rmSync(folder, { recursive: true }))

const jsonl = (name: string, rows: readonly unknown[]) => {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return file
}
const json = (name: string, value: unknown) => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(value, null, 2))
  return file
}
const refused = (work: () => unknown, pattern: RegExp) => {
  try {
    work()
  } catch (error) {
    assert.instance(error, BadInput)
    assert.match((error as Error).message, pattern)
    return
  }
  assert.unreachable('should have been refused')
}

const only = (picked: ReturnType<typeof pickSets>) => {
  assert.is(picked.length, 1)
  return picked[0] as (typeof picked)[number]
}

/** Rows as lm-evaluation-harness 0.4 logs them for gsm8k: one for each filter. */
const lmEval = (right: (i: number) => boolean, n = 40) =>
  Array.from({ length: n }, (_, i) =>
    ['strict-match', 'flexible-extract'].map((filter) => ({
      doc_id: i,
      doc: { question: `q${i}`, answer: '#### 4' },
      target: '#### 4',
      arguments: { gen_args_0: { arg_0: `Question: q${i}`, arg_1: {} } },
      resps: [['4']],
      filtered_resps: ['4'],
      filter,
      metrics: ['exact_match'],
      doc_hash: `hash-${i}`,
      prompt_hash: 'p',
      target_hash: 't',
      exact_match: right(i) || filter === 'flexible-extract' ? 1 : 0,
    })),
  ).flat()

/** A log as `inspect eval --log-format json` writes it. */
const inspect = (right: (i: number) => boolean, epochs = 1, n = 40) => ({
  version: 2,
  status: 'success',
  eval: { task: 'gsm8k', model: 'openai/small', created: '2026-01-01' },
  plan: {},
  results: { total_samples: n },
  samples: Array.from({ length: n }, (_, i) =>
    Array.from({ length: epochs }, (_, epoch) => ({
      id: i,
      epoch: epoch + 1,
      input: `q${i}`,
      target: '4',
      messages: [],
      scores: { match: { value: right(i + epoch) ? 'C' : 'I', answer: '4' } },
    })),
  ).flat(),
})

test('lm-evaluation-harness: task from the name, filter and metric chosen, paired by doc_id', () => {
  const a = jsonl(
    'a/samples_gsm8k_2026-01-02T03-04-05.678.jsonl',
    lmEval((i) => i < 20),
  )
  const b = jsonl(
    'b/samples_gsm8k_2026-02-02T03-04-05.678.jsonl',
    lmEval((i) => i >= 2 && i < 30),
  )
  const [control, treatments] = only(pickSets([a, b], {}))
  const [comparison] = compareSets(control, treatments, { seed: 1 })
  const all = comparison!.all
  assert.equal([all.group, all.n, all.paired?.wins, all.paired?.losses, all.paired?.test], ['gsm8k', 40, 10, 2, 'exact McNemar'])
  assert.equal([all.control.rate, all.treatment.rate], [0.5, 0.7])
  assert.ok(Math.abs((all.paired?.pValue ?? 0) - mcnemar(10, 2).twoSided) < 1e-12)
  assert.ok(all.low < 0.2 && 0.2 < all.high && all.paired!.bootstrap.low < 0.2 && 0.2 < all.paired!.bootstrap.high)
  assert.ok(comparison!.notes.some((note) => note.endsWith('filter strict-match of strict-match, flexible-extract')))
  const flexible = pickSets([a, b], { filter: 'flexible-extract' })
  assert.is(compareSets(flexible[0]![0], flexible[0]![1], { seed: 1 })[0]!.all.paired?.pValue, 1)
  refused(() => readResults(a, { filter: 'none' }), /has no filter "none"\. Filters: strict-match, flexible-extract/)
  refused(() => readResults(a, { metric: 'acc' }), /has no metric "acc"\. Metrics: exact_match/)
})

test('lm-evaluation-harness: rows without filter and metrics, as in older versions; metrics beyond 0 to 1 are refused', () => {
  const old = jsonl(
    'samples_arc_easy.jsonl',
    [0, 1, 2].map((doc_id) => ({
      doc_id,
      doc: {},
      target: 1,
      resps: [],
      filtered_resps: [],
      acc: doc_id % 2,
      acc_norm: 1,
      perplexity: 8.5,
    })),
  )
  const [set] = readResults(old)
  assert.equal(
    set?.groups[0]?.outcomes.map(({ passed }) => passed),
    [0, 1, 0],
  )
  assert.equal(set?.notes, ['metric acc of acc, acc_norm'])
  refused(() => readResults(old, { metric: 'perplexity' }), /no metric "perplexity"/)
})

test('Inspect: epochs are attempts, errors are left out and counted, a packed log says how to unpack it', () => {
  const log = inspect((i) => i % 2 === 0, 2)
  const broken = {
    ...log,
    samples: [...log.samples.slice(0, 78), { id: 39, epoch: 1, input: 'q39', target: '4', scores: null, error: { message: 'timeout' } }],
  }
  const [set] = readResults(json('inspect.json', broken))
  assert.is(set?.groups[0]?.name, 'gsm8k')
  assert.equal(set?.groups[0]?.outcomes[0], { task: '0', cluster: '0', attempts: 2, passed: 1 })
  assert.match(set?.notes[0] ?? '', /^1 of 79 samples have no score/)
  const packed = join(folder, 'log.eval')
  writeFileSync(packed, Buffer.from('PK\u0003\u0004rest'))
  refused(() => readResults(packed), /inspect log convert --to json/)
  refused(
    () =>
      readResults(
        json('odd.json', { ...log, samples: [{ id: 1, epoch: 1, input: '', target: '', scores: { match: { value: 'maybe' } } }] }),
      ),
    /sample 1: the score "maybe" is neither/,
  )
})

test('lm-evaluation-harness against Inspect: one benchmark in two tools is paired by id', () => {
  const a = jsonl(
    'cross/samples_gsm8k_cot.jsonl',
    lmEval((i) => i < 20),
  )
  const [control, treatments] = only(
    pickSets(
      [
        a,
        json(
          'cross.json',
          inspect((i) => i < 26),
        ),
      ],
      {},
    ),
  )
  const { all, notes } = compareSets(control, treatments, { seed: 1 })[0]!
  assert.equal([all.group, all.n, all.paired?.wins, all.paired?.losses], ['gsm8k_cot / gsm8k', 40, 6, 0])
  assert.ok(notes.includes('logs of two tools: tasks are paired by their ids alone'))
})

test('the same ids with other content are not the same tasks', () => {
  const rows = lmEval((i) => i < 20).map((row, i) => (i < 8 ? { ...row, doc_hash: `other-${i}` } : row))
  const [control, treatments] = only(
    pickSets(
      [
        jsonl(
          'h/samples_x.jsonl',
          lmEval((i) => i < 20),
        ),
        jsonl('k/samples_x.jsonl', rows),
      ],
      {},
    ),
  )
  const { all, notes } = compareSets(control, treatments, { seed: 1 })[0]!
  assert.is(all.n, 36)
  assert.ok(notes.some((note) => note.startsWith('x: 4 tasks have the same id in both but another content')))
})

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
test('our traces: by level, pooled, several treatments adjusted by Holm, a null says what it would have missed', () => {
  const file = (name: string, shift: number) =>
    jsonl(
      name,
      [1, 2].flatMap((level) => Array.from({ length: 60 }, (_, i) => trace(i, level, i < 20 + shift))),
    )
  const [control, treatments] = only(pickSets([file('base.jsonl', 0), file('same.jsonl', 1), file('better.jsonl', 15)], {}))
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
  const text = showComparisons(comparisons)
  assert.match(text, /No difference shown: a true one under \d+\.\d points would have been missed/)
  assert.match(text, /better\.jsonl is better \(exact McNemar, two-sided p = [\d.e-]+, [\d.e-]+ after Holm over 2 comparisons\)/)
})

test('one file with several arms compares its arms', () => {
  const policies = [
    { model: 'm', bank: null },
    { model: 'm', bank: 'round-001' },
  ]
  const mixed = jsonl(
    'mixed.jsonl',
    policies.flatMap((policy, arm) => Array.from({ length: 30 }, (_, i) => trace(i, 1, i < 10 + 10 * arm, policy))),
  )
  const [control, treatments] = only(pickSets([mixed], {}))
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
  const [baseline, others] = only(pickSets([phase1], {}))
  const compared = compareSets(baseline, others, { seed: 1 })
  assert.equal(
    compared.map(({ all }) => [all.paired?.wins, all.clusters, all.paired?.test]),
    [
      [5, 10, 'sign-flip permutation over clusters'],
      [0, 10, 'sign-flip permutation over clusters'],
    ],
  )
})

test('other tasks in each arm: an interval of independent samples, no test', () => {
  const fresh = (name: string, from: number, right: number) =>
    jsonl(
      name,
      Array.from({ length: 100 }, (_, i) => trace(from + i, 3, i < right)),
    )
  const [control, treatments] = only(pickSets([fresh('round1.jsonl', 0, 40), fresh('round2.jsonl', 500, 70)], {}))
  const comparison = compareSets(control, treatments, { seed: 1 })[0]!
  assert.is(comparison.all.paired, null)
  // from Wilson's 0.6042 to 0.7811 and 0.3094 to 0.4980: 0.3 - √(0.0958² + 0.0980²), 0.3 + √(0.0811² + 0.0906²)
  assert.ok(
    Math.abs(comparison.all.low - 0.1629) < 6e-5 && Math.abs(comparison.all.high - 0.4216) < 6e-5,
    `${comparison.all.low} ${comparison.all.high}`,
  )
  assert.match(showComparisons([comparison]), /the interval of independent samples excludes zero/)
})

test('bad input says what and what to do', () => {
  refused(() => readResults(join(folder, 'none.jsonl')), /none\.jsonl not found: give a result file/)
  refused(() => readResults(folder), /is a folder/)
  refused(() => readResults(json('strange.json', { hello: 1 })), /is none of the result files understood/)
  const torn = join(folder, 'samples_torn.jsonl')
  writeFileSync(torn, `${JSON.stringify(lmEval(() => true)[0])}\n{"doc_id": 1, "exa\n`)
  refused(() => readResults(torn), /samples_torn\.jsonl:2: not JSON/)
  refused(() => pickSets([jsonl('alone.jsonl', [trace(1, 1, true)])], {}), /holds one arm only/)
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
test('real verdicts: four models on GSM8K, each pair agrees with a direct count', () => {
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
  const [control, treatments] = only(pickSets(files, {}))
  for (const [index, { all }] of compareSets(control, treatments, { seed: 1 }).entries()) {
    const wins = rows.filter((row) => verdict(row, models[index + 1] as string) && !verdict(row, models[0] as string)).length
    assert.equal([all.n, all.paired?.wins], [1319, wins])
  }
})

test.run()
