import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mcnemar } from '@whetstone/statistics'
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

test('bad input says what and what to do', () => {
  refused(() => readResults(join(folder, 'none.jsonl')), /none\.jsonl not found: give a result file/)
  refused(() => readResults(folder), /is a folder/)
  refused(() => readResults(json('strange.json', { hello: 1 })), /is none of the result files understood/)
  const torn = join(folder, 'samples_torn.jsonl')
  writeFileSync(torn, `${JSON.stringify(lmEval(() => true)[0])}\n{"doc_id": 1, "exa\n`)
  refused(() => readResults(torn), /samples_torn\.jsonl:2: not JSON/)
  refused(
    () =>
      pickSets(
        [
          jsonl(
            'samples_alone.jsonl',
            lmEval(() => true),
          ),
        ],
        {},
      ),
    /holds one arm only/,
  )
})

test.run()
