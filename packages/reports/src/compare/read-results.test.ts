import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mcnemar } from '@whetstone/statistics'
import type { Choice } from './choice.ts'
import { compareSets } from './compare-sets.ts'
import { pickSets } from './pick-sets.ts'
import { readResults } from './read-results.ts'
import { only, refused, resultFolder } from './result-folder.ts'

const test = suite('read results')
const { folder, json, jsonl, remove } = resultFolder()
test.after(remove)

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

test('lm-evaluation-harness: task from the name, filter and metric chosen, paired by doc_id', async () => {
  const a = jsonl(
    'a/samples_gsm8k_2026-01-02T03-04-05.678.jsonl',
    lmEval((i) => i < 20),
  )
  const b = jsonl(
    'b/samples_gsm8k_2026-02-02T03-04-05.678.jsonl',
    lmEval((i) => i >= 2 && i < 30),
  )
  const [control, treatments] = only(await pickSets([a, b], { filter: 'strict-match' }))
  const [comparison] = compareSets(control, treatments, { seed: 1 })
  const all = comparison!.all
  assert.equal([all.group, all.n, all.paired?.wins, all.paired?.losses, all.paired?.test], ['gsm8k', 40, 10, 2, 'exact McNemar'])
  assert.equal([all.control.rate, all.treatment.rate], [0.5, 0.7])
  assert.ok(Math.abs((all.paired?.pValue ?? 0) - mcnemar(10, 2).twoSided) < 1e-12)
  assert.ok(all.low < 0.2 && 0.2 < all.high && all.paired!.bootstrap.low < 0.2 && 0.2 < all.paired!.bootstrap.high)
  assert.ok(comparison!.notes.some((note) => note.endsWith('filter strict-match of strict-match, flexible-extract')))
  await refused(() => readResults(a), /choose one, --filter=strict-match or --filter=flexible-extract/)
  const flexible = await pickSets([a, b], { filter: 'flexible-extract' })
  assert.is(compareSets(flexible[0]![0], flexible[0]![1], { seed: 1 })[0]!.all.paired?.pValue, 1)
  await refused(() => readResults(a, { filter: 'none' }), /has no filter "none"\. Filters: strict-match, flexible-extract/)
  await refused(() => readResults(a, { filter: 'strict-match', score: 'acc' }), /has no score "acc"\. Scores: exact_match/)
})

test('lm-evaluation-harness: rows without filter and metrics, as in older versions; metrics beyond 0 to 1 are refused', async () => {
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
  const [set] = await readResults(old)
  assert.equal(
    set?.groups[0]?.outcomes.map(({ passed }) => passed),
    [0, 1, 0],
  )
  assert.equal(set?.notes, ['score acc of acc, acc_norm'])
  await refused(() => readResults(old, { score: 'perplexity' }), /no score "perplexity"/)
})

test('Inspect: epochs are attempts and said to be averaged; samples without a score are left out by choice', async () => {
  const log = inspect((i) => i % 2 === 0, 2)
  const broken = {
    ...log,
    samples: [...log.samples.slice(0, 78), { id: 39, epoch: 1, input: 'q39', target: '4', scores: null, error: { message: 'timeout' } }],
  }
  const file = json('inspect.json', broken)
  await refused(() => readResults(file), /1 of 79 samples has no score \(39\): leave it out with --skip-unscored/)
  const [set] = await readResults(file, { skipUnscored: true })
  assert.is(set?.groups[0]?.name, 'gsm8k')
  assert.equal(set?.groups[0]?.outcomes[0], { task: '0', cluster: '0', attempts: 2, passed: 1 })
  assert.ok(set?.notes.some((note) => note.startsWith('39 tasks with 2 samples each')))
  assert.equal((await readResults(file, { skipUnscored: true, repeats: 'pass@2' }))[0]?.groups[0]?.outcomes[0]?.passed, 1)
  await refused(
    () =>
      readResults(
        json('odd.json', { ...log, samples: [{ id: 1, epoch: 1, input: '', target: '', scores: { match: { value: 'maybe' } } }] }),
      ),
    /sample 1: the score "maybe" is neither/,
  )
})

test("Inspect's packed log reads like its JSON", async () => {
  const { samples, ...header } = inspect((i) => i % 3 === 0)
  const parts = Object.fromEntries(samples.map((sample) => [`samples/${sample.id}_epoch_1.json`, strToU8(JSON.stringify(sample))]))
  const packed = join(folder, 'log.eval')
  writeFileSync(packed, zipSync({ 'header.json': strToU8(JSON.stringify(header)), ...parts, 'summaries.json': strToU8('[]') }))
  const sorted = (sets: Awaited<ReturnType<typeof readResults>>) =>
    sets[0]?.groups[0]?.outcomes.toSorted((a, b) => Number(a.task) - Number(b.task))
  assert.equal(sorted(await readResults(packed)), sorted(await readResults(json('same.json', { ...header, samples }))))
  const broken = join(folder, 'broken.eval')
  writeFileSync(broken, Buffer.from('PK\u0003\u0004rest'))
  await refused(() => readResults(broken), /broken\.eval (cannot be unpacked|holds no header\.json)/)
})

const compared = async (files: string[], choice: Choice = {}) => {
  const [control, treatments] = only(await pickSets(files, choice))
  return compareSets(control, treatments, { seed: 1 })[0]!
}
const rows = (n: number, more: (i: number) => object = () => ({})) =>
  Array.from({ length: n }, (_, i) => ({
    doc_id: i,
    doc: { question: `question ${i}` },
    target: String(i),
    filter: 'strict-match',
    exact_match: i % 3 ? 1 : 0,
    ...more(i),
  }))

test('lm-evaluation-harness against Inspect: tasks of two tools meet by their questions', async () => {
  const a = jsonl(
    'cross/samples_gsm8k_cot.jsonl',
    lmEval((i) => i < 20),
  )
  const { all, notes } = await compared(
    [
      a,
      json(
        'cross.json',
        inspect((i) => i < 26),
      ),
    ],
    { filter: 'strict-match' },
  )
  assert.equal([all.group, all.n, all.paired?.wins, all.paired?.losses], ['gsm8k_cot / gsm8k', 40, 6, 0])
  assert.not(notes.some((note) => note.includes('ids alone')))
})

test('equal ids over other questions are not the same tasks; other ids over equal questions are', async () => {
  const own = jsonl('own/samples_x.jsonl', rows(30))
  const other = await compared([
    own,
    jsonl(
      'other/samples_x.jsonl',
      rows(30, (i) => ({ doc: { question: `another ${i}` } })),
    ),
  ])
  assert.is(other.all.paired, null)
  assert.ok(
    other.notes.some((note) => note.startsWith('30 ids stand for other questions')),
    other.notes.join(),
  )
  const renamed = await compared([
    own,
    jsonl(
      'renamed/samples_x.jsonl',
      rows(30, (i) => ({ doc_id: `r${i}` })),
    ),
  ])
  assert.equal([renamed.all.n, renamed.all.paired?.unpaired], [30, 0])
  const untold = await compared([
    jsonl(
      'u/samples_x.jsonl',
      rows(30, () => ({ doc: {} })),
    ),
    jsonl(
      'v/samples_x.jsonl',
      rows(30, () => ({ doc: {} })),
    ),
  ])
  assert.ok(untold.notes.some((note) => note.includes('paired by their ids alone')))
  const hashed = (name: string, from: number) =>
    jsonl(
      `${name}/samples_x.jsonl`,
      rows(30, (i) => ({ doc: {}, doc_hash: i < from ? name : `h${i}` })),
    )
  assert.is((await compared([hashed('m', 4), hashed('n', 4)])).all.n, 26)
})

// What logs hold that must be asked about or said, never averaged or left out in silence.
const asked: [string, (i: number) => object, RegExp, Choice, number, RegExp | null][] = [
  [
    'a score that is NaN',
    (i) => (i === 7 ? { exact_match: null } : {}),
    /1 of 30 samples has no score \(7\)/,
    { skipUnscored: true },
    29,
    /has no score \(7\), left out/,
  ],
  [
    'scores in a record',
    (i) => ({ exact_match: undefined, scores: { exact: i % 2, rouge: 0.5 } }),
    /choose one, --score=exact or --score=rouge/,
    { score: 'exact' },
    30,
    /score exact of exact, rouge/,
  ],
  [
    'samples that stand twice',
    (i) => ({ doc_id: i % 15, doc: { question: `q ${i % 15}` } }),
    /15 tasks stand more than once with nothing that tells the samples apart/,
    { repeats: 'first' },
    15,
    /--repeats=first/,
  ],
]
for (const [what, more, refusal, choice, n, note] of asked)
  test(`${what}: asked about, then said`, async () => {
    const file = jsonl('asked/samples_x.jsonl', rows(30, more))
    await refused(() => readResults(file), refusal)
    const [set] = await readResults(file, choice)
    assert.is(set?.groups[0]?.outcomes.length, n)
    if (note)
      assert.ok(
        set?.notes.some((text) => note.test(text)),
        set?.notes.join('; '),
      )
  })

test('an extra key, a byte order mark and Python\u2019s NaN are read', async () => {
  assert.is(
    (
      await readResults(
        jsonl(
          'p/samples_x.jsonl',
          rows(4, () => ({ policy: 'lenient' })),
        ),
      )
    )[0]?.format,
    'lm-eval',
  )
  const marked = join(folder, 'samples_marked.jsonl')
  writeFileSync(
    marked,
    `\uFEFF${JSON.stringify(rows(1)[0]).replace('"exact_match":0', '"exact_match": 0.0')}\n${JSON.stringify(rows(2)[1]).replace('"exact_match":1', '"exact_match": NaN')}\n`,
  )
  assert.is((await readResults(marked, { skipUnscored: true }))[0]?.groups[0]?.outcomes.length, 1)
})

test('repetitions that are marked are averaged, and the notes say so', async () => {
  const file = jsonl(
    'e/samples_x.jsonl',
    [0, 1, 2].flatMap((repeat) => rows(10, (i) => ({ repeat, exact_match: (i + repeat) % 3 ? 1 : 0 }))),
  )
  const [set] = await readResults(file)
  assert.equal(set?.groups[0]?.outcomes[0], { task: '0', cluster: '0', attempts: 3, passed: 2 })
  assert.match(set?.notes.join() ?? '', /10 tasks with 3 samples each: a task counts with the mean/)
  assert.equal((await readResults(file, { repeats: 'pass@2' }))[0]?.groups[0]?.outcomes[0]?.passed, 1)
  await refused(() => readResults(file, { repeats: 'pass@4' }), /has 3 samples: --repeats=pass@4 needs at least 4/)
})

const promptfoo = (right: (i: number) => boolean) => ({
  evalId: 'e',
  results: {
    version: 3,
    results: Array.from({ length: 12 }, (_, i) => ({
      testIdx: i,
      promptIdx: 0,
      success: right(i),
      score: right(i) ? 1 : 0.25,
      vars: { question: `q${i}` },
      provider: { id: 'openai:small' },
      prompt: { label: 'p', raw: 'x' },
    })),
  },
})
const helm = (right: (i: number) => boolean) =>
  Array.from({ length: 12 }, (_, i) => ({
    instance_id: `id${i}`,
    train_trial_index: 0,
    stats: [{ name: { name: 'exact_match', split: 'test' }, count: 1, sum: right(i) ? 1 : 0, mean: right(i) ? 1 : 0 }],
  }))
const evalPlus = (right: (i: number) => boolean) => ({
  date: 'd',
  hash: 'h',
  eval: Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [
      `HumanEval/${i}`,
      [{ task_id: `HumanEval/${i}`, base_status: 'pass', plus_status: right(i) ? 'pass' : 'fail' }],
    ]),
  ),
})
const others: [string, (right: (i: number) => boolean, name: string) => string][] = [
  ['promptfoo', (right, name) => json(`${name}/results.json`, promptfoo(right))],
  ['helm', (right, name) => json(`${name}/per_instance_stats.json`, helm(right))],
  ['evalplus', (right, name) => json(`${name}/x_eval_results.json`, evalPlus(right))],
  [
    'table',
    (right, name) => {
      const file = join(folder, `${name}.csv`)
      writeFileSync(file, `id;Correct\n${Array.from({ length: 12 }, (_, i) => `${i};${right(i)}`).join('\n')}\n`)
      return file
    },
  ],
]
for (const [format, write] of others)
  test(`${format} is read and compared`, async () => {
    const a = write((i) => i < 4, `${format}-a`)
    assert.is((await readResults(a))[0]?.format, format)
    const { all } = await compared([a, write((i) => i < 9, `${format}-b`)])
    assert.equal([all.n, all.paired?.wins, all.paired?.losses], [12, 5, 0])
  })

test('bad input says what and what to do', async () => {
  await refused(() => readResults(join(folder, 'none.jsonl')), /none\.jsonl not found: give a result file/)
  await refused(() => readResults(folder), /is a folder/)
  await refused(() => readResults(json('strange.json', { hello: 1 })), /is none of the result files understood/)
  const torn = join(folder, 'samples_torn.jsonl')
  writeFileSync(torn, `${JSON.stringify(lmEval(() => true)[0])}\n{"doc_id": 1, "exa\n`)
  await refused(() => readResults(torn), /samples_torn\.jsonl:2: not JSON/)
  await refused(
    () =>
      pickSets(
        [
          jsonl(
            'samples_alone.jsonl',
            lmEval(() => true),
          ),
        ],
        { filter: 'strict-match' },
      ),
    /holds one arm only/,
  )
})

test.run()
