import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { Choice } from './choice.ts'
import { compareSets, type Comparison } from './compare-sets.ts'
import { pickSets } from './pick-sets.ts'
import { resultFolder } from './result-folder.ts'

const test = suite('many results')
const { folder, remove } = resultFolder()
test.after(remove)
let made = 0
const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, String(++made), name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}
const J = (value: unknown) => JSON.stringify(value)
const ids = Array.from({ length: 20 }, (_, id) => id)
const right = (id: number) => id % 2
type Row = Record<string, unknown>

/** The same twenty questions, ten of them answered rightly, as each tool writes them. */
const lm = (more: (id: number) => Row = () => ({})) =>
  ids.map((id) => J({ doc_id: id, doc: { question: `Question ${id}?` }, exact_match: right(id), ...more(id) })).join('\n') + '\n'
const inspectSample = (id: number, more: Row = {}): Row => ({
  ...{ id, epoch: 1, input: `Question ${id}?`, target: 'x', messages: [] },
  scores: { match: { value: right(id) ? 'C' : 'I' } },
  ...more,
})
const inspect = (more: (id: number) => Row = () => ({}), log: Row = {}) =>
  J({ version: 2, status: 'success', eval: { task: 't', model: 'm' }, samples: ids.map((id) => inspectSample(id, more(id))), ...log })
const promptfoo = (more: (id: number) => Row = () => ({})) =>
  J({
    evalId: 'e',
    results: {
      version: 3,
      results: ids.map((id) => ({
        ...{
          success: right(id) === 1,
          score: right(id),
          provider: { id: 'p' },
          vars: { question: `Question ${id}?` },
          testIdx: id,
          promptIdx: 0,
        },
        ...more(id),
      })),
    },
  })
const helm = (more: (id: number) => Row = () => ({})) =>
  J(
    ids.map((id) => ({
      instance_id: `id${id}`,
      train_trial_index: 0,
      stats: [{ name: { name: 'exact_match', split: 'test' }, count: 1, sum: right(id), mean: right(id) }],
      ...more(id),
    })),
  )
const evalplus = (
  more: (id: number) => Row[] = (id) => [{ base_status: right(id) ? 'pass' : 'fail', plus_status: right(id) ? 'pass' : 'fail' }],
) => J({ date: 'd', hash: 'h', eval: Object.fromEntries(ids.map((id) => [`HumanEval/${id}`, more(id)])) })
const csv = (head: string, row: (id: number) => string) => `${head}\n${ids.map(row).join('\n')}\n`
const quoted = csv('id,question,score', (id) => `${id},"Question ${id}?",${right(id)}`)

const compare = async (a: string, b: string, choice: Choice = {}): Promise<Comparison> => {
  const [picked] = await pickSets([a, b], choice)
  if (!picked) throw new Error('nothing picked')
  return compareSets(picked[0], picked[1], { seed: 1 })[0] as Comparison
}
/** Compared with lm-evaluation-harness's plain log: so many tasks are paired, with such a difference, and such notes. */
type Expected = { n: number; difference: number; paired?: boolean; notes?: RegExp; choice?: Choice } | RegExp
const same: Expected = { n: 20, difference: 0 }
async function check(
  title: string,
  name: string,
  content: string | Uint8Array,
  expected: Expected,
  choice: Choice = {},
  other: string = lm(),
): Promise<void> {
  const result = await compare(put('samples_t.jsonl', other), put(name, content), {
    ...choice,
    ...(expected instanceof RegExp ? {} : expected.choice),
  }).catch((error: unknown) => error as Error)
  if (expected instanceof RegExp) {
    assert.instance(result, BadInput, `${title}: ${result instanceof Error ? result.stack : `was read: ${J(result.all)}`}`)
    assert.match((result as Error).message, expected, title)
    return
  }
  if (result instanceof Error) throw new Error(`${title}: ${result.message}`, { cause: result })
  assert.equal(
    [result.all.n, Math.round(1e6 * result.all.difference) / 1e6, result.all.paired !== null],
    [expected.n, expected.difference, expected.paired ?? true],
    title,
  )
  if (expected.notes) assert.match(result.notes.join('\n'), expected.notes, title)
}
const wide = (text: string, big = false) =>
  big ? Buffer.from(`\uFEFF${text}`, 'utf16le').swap16() : Buffer.from(`\uFEFF${text}`, 'utf16le')

const logs: [string, string, (text: string) => string][] = [
  ['lm', 'samples_t.jsonl', () => lm()],
  ['inspect', 'log.json', () => inspect()],
  ['promptfoo', 'results.json', () => promptfoo()],
  ['table', 'table.csv', () => quoted],
]
test('every tool that tells its questions meets every other by them, in any encoding', async () => {
  for (const [one, , a] of logs)
    for (const [two, name, b] of logs)
      for (const [how, encode] of [
        ['plain', (text: string) => text],
        ['marked', (text: string) => `\uFEFF${text}`],
        ['wide', (text: string) => wide(text)],
        ['big', (text: string) => wide(text, true)],
        ['crlf', (text: string) => text.replaceAll('\n', '\r\n')],
      ] as const)
        await check(`${one} ${two} ${how}`, name, encode(b('')), same, {}, one === 'table' ? lm() : a('') === b('') ? lm() : lm())
})
test('lm-evaluation-harness', async () => {
  for (const key of ['question', 'problem', 'prompt', 'query', 'input', 'text', 'instruction', 'Question', 'Problem', 'goal'])
    await check(
      `doc.${key}`,
      'samples_t.jsonl',
      lm((id) => ({ doc: { [key]: `Question ${id}?` } })),
      same,
    )
  for (const key of [
    'policy',
    'eval',
    'status',
    'base_status',
    'instance_id',
    'stats',
    'run',
    'incumbent',
    'results',
    'vars',
    'trials',
    'arms',
    'baseline',
    'provider',
  ])
    for (const value of ['x', 1, { model: 'x' }, ['x'], null, true])
      await check(
        `extra ${key} ${J(value)}`,
        'samples_t.jsonl',
        lm(() => ({ [key]: value })),
        same,
      )
  for (const [metric, others] of [
    ['acc', same],
    ['acc_norm', same],
    ['exact_match', same],
    ['pass@1', same],
    ['f1', same],
    ['math_verify', same],
    ['em', same],
    ['my_metric', /has no score between 0 and 1\. Scores: none/],
  ] as const)
    await check(
      metric,
      'samples_t.jsonl',
      lm((id) => ({ exact_match: undefined, [metric]: right(id) })),
      others,
    )
  for (const [value, expected] of [
    [true, { n: 20, difference: 0.5 }],
    ['1', { n: 20, difference: 0.5 }],
    ['1.0', { n: 20, difference: 0.5 }],
    [0.5, { n: 20, difference: 0 }],
    [null, /has no score between 0 and 1/],
    [2, /has no score between 0 and 1/],
    [-1, /has no score between 0 and 1/],
    ['yes', /has no score between 0 and 1/],
    [[1, 0], /has no score between 0 and 1/],
  ] as const)
    await check(
      `score ${J(value)}`,
      'samples_t.jsonl',
      lm(() => ({ exact_match: value })),
      expected as Expected,
    )
  for (const [value, says] of [
    [2, /sample 3: exact_match is 2, not a number from 0 to 1/],
    [-0.1, /sample 3: exact_match is -0\.1/],
    ['yes', /sample 3: exact_match is "yes"/],
    [[1], /sample 3: exact_match is \[1\]/],
    [null, /1 of 20 samples has no score \(3\): leave it out with --skip-unscored/],
    [undefined, /1 of 20 samples has no score \(3\)/],
  ] as const)
    await check(
      `one score ${J(value)}`,
      'samples_t.jsonl',
      lm((id) => (id === 3 ? { exact_match: value } : {})),
      says,
    )
  for (const word of ['NaN', 'Infinity', '-Infinity']) {
    const text = lm().replace('"exact_match":1', `"exact_match":${word}`)
    await check(word, 'samples_t.jsonl', text, /1 of 20 samples has no score \(1\)/)
    await check(
      `${word} left out`,
      'samples_t.jsonl',
      text,
      { n: 19, difference: 0, notes: /1 of 20 samples has no score \(1\), left out/ },
      { skipUnscored: true },
    )
  }
  for (const mark of ['repeat', 'epoch', 'trial', 'sample_id', 'repeat_id'])
    await check(`marked ${mark}`, 'samples_t.jsonl', lm(() => ({ [mark]: 0 })) + lm(() => ({ [mark]: 1, exact_match: 1 })), {
      n: 20,
      difference: 0.25,
      notes: /20 tasks with 2 samples each/,
    })
  const twice = lm() + lm(() => ({ exact_match: 1 }))
  await check('unmarked', 'samples_t.jsonl', twice, /20 tasks stand more than once.*--repeats=first, last, mean, pass@K or majority@K/)
  for (const [repeats, difference] of [
    ['first', 0],
    ['last', 0.5],
    ['mean', 0.25],
    ['pass@1', 0.25],
    ['pass@2', 0.5],
  ] as const)
    await check(`repeats ${repeats}`, 'samples_t.jsonl', twice, { n: 20, difference }, { repeats })
  await check('pass@3 of 2', 'samples_t.jsonl', twice, /has 2 samples: --repeats=pass@3 needs at least 3/, { repeats: 'pass@3' })
  await check(
    'pass@1 of fractions',
    'samples_t.jsonl',
    lm(() => ({ exact_match: 0.5 })) + lm(),
    /has score 0\.5: --repeats=pass@1 needs scores of 0 and 1/,
    { repeats: 'pass@1' },
  )
  await check(
    'other questions',
    'samples_t.jsonl',
    lm((id) => ({ doc: { question: `Another ${id}?` } })),
    { n: 20, difference: 0, paired: false },
  )
  await check(
    'some other questions',
    'samples_t.jsonl',
    lm((id) => (id < 5 ? { doc: { question: `Another ${id}?` } } : {})),
    { n: 15, difference: 0, notes: /5 ids stand for other questions/ },
  )
  await check(
    'shuffled ids',
    'samples_t.jsonl',
    lm((id) => ({ doc_id: 19 - id })),
    same,
  )
  await check(
    'text ids',
    'samples_t.jsonl',
    lm((id) => ({ doc_id: `x${id}` })),
    same,
  )
  await check(
    'huge ids',
    'samples_t.jsonl',
    lm().replace('"doc_id":0', '"doc_id":90071992547409931').replace('"doc_id":1,', '"doc_id":90071992547409932,'),
    same,
  )
  await check('fewer', 'samples_t.jsonl', lm().split('\n').slice(0, 8).join('\n'), { n: 8, difference: 0 })
  await check(
    'no questions',
    'samples_t.jsonl',
    lm(() => ({ doc: {} })),
    { n: 20, difference: 0, notes: /paired by their ids alone/ },
  )
  await check(
    'doc is text',
    'samples_t.jsonl',
    lm((id) => ({ doc: `Question ${id}?` })),
    same,
  )
  await check('array', 'samples.json', `[${lm().trim().split('\n').join(',\n')}]`, same)
  await check('torn', 'samples_t.jsonl', lm().slice(0, -7), /:20: not JSON/)
  await check('comma', 'samples_t.jsonl', lm().replaceAll('\n', ',\n'), /:1: not JSON/)
  await check(
    'filters',
    'samples_t.jsonl',
    lm((id) => ({ filter: id % 2 ? 'a' : 'b' })),
    /2 filters: choose one, --filter=b or --filter=a/,
  )
  await check('unknown filter', 'samples_t.jsonl', lm(), /has no filter "strict-match"\. Filters: none/, { filter: 'strict-match' })
  await check(
    'summary',
    'results_2026.json',
    J({ results: { gsm8k: { 'exact_match,strict-match': 0.5 } }, configs: {}, versions: {} }),
    /summary of lm-evaluation-harness.*samples_/,
  )
})
test('Inspect', async () => {
  for (const [value, difference] of [
    ['C', 0.5],
    ['I', -0.5],
    ['P', 0],
    ['N', -0.5],
    [1, 0.5],
    [0.25, -0.25],
    [true, 0.5],
    ['yes', 0.5],
    ['no', -0.5],
    ['0.5', 0],
    ['c', 0.5],
  ] as const)
    await check(
      `value ${J(value)}`,
      'log.json',
      inspect(() => ({ scores: { match: { value } } })),
      { n: 20, difference },
    )
  for (const value of ['X', 2, -1, [1], { a: 1 }, 'correct-ish'])
    await check(
      `value ${J(value)}`,
      'log.json',
      inspect((id) => (id === 3 ? { scores: { match: { value } } } : {})),
      /sample 3: the score .* is neither a grade \(C, P, I, N\) nor a number/,
    )
  for (const scores of [null, undefined, {}])
    await check(
      `no score ${J(scores)}`,
      'log.json',
      inspect((id) => (id === 3 ? { scores } : {})),
      /1 of 20 samples has no score \(3\)/,
    )
  await check(
    'unscored left out',
    'log.json',
    inspect((id) => (id === 3 ? { scores: null } : {})),
    { n: 19, difference: 0 },
    { skipUnscored: true },
  )
  await check(
    'two scorers',
    'log.json',
    inspect((id) => ({ scores: { match: { value: right(id) }, other: { value: 1 } } })),
    { n: 20, difference: 0, notes: /score match of match, other/ },
  )
  await check(
    'second scorer',
    'log.json',
    inspect((id) => ({ scores: { match: { value: right(id) }, other: { value: 1 } } })),
    /has no score "other"\. Scores/,
    { score: 'other' },
  )
  for (const status of ['error', 'cancelled', 'started'])
    await check(status, 'log.json', inspect(undefined, { status }), { n: 20, difference: 0, notes: new RegExp(`status is ${status}`) })
  await check('no samples', 'log.json', inspect(undefined, { samples: [] }), /holds no scored samples/)
  await check(
    'chat',
    'log.json',
    inspect((id) => ({
      input: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: `Question ${id}?` },
      ],
    })),
    same,
  )
  await check(
    'parts',
    'log.json',
    inspect((id) => ({ input: [{ role: 'user', content: [{ type: 'text', text: `Question ${id}?` }] }] })),
    same,
  )
  await check(
    'text ids',
    'log.json',
    inspect((id) => ({ id: `s${id}` })),
    same,
  )
  await check('NaN', 'log.json', inspect().replace('"value":"C"', '"value":NaN'), /1 of 20 samples has no score/)
  const zip = (files: Record<string, string>) =>
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])))
  const samples = Object.fromEntries(ids.map((id) => [`samples/${id}_epoch_1.json`, J(inspectSample(id))]))
  const header = J({ status: 'success', eval: { task: 't', model: 'm' } })
  await check('.eval', 'log.eval', zip({ 'header.json': header, ...samples }), same)
  await check('.eval without a header yet', 'log.eval', zip({ '_journal/start.json': header, ...samples }), same)
  await check(
    '.eval with NaN',
    'log.eval',
    zip({ 'header.json': header, ...samples, 'samples/1_epoch_1.json': J(inspectSample(1)).replace('"C"', 'NaN') }),
    /1 of 20 samples has no score/,
  )
  await check('.eval without samples', 'log.eval', zip({ 'header.json': header }), /holds no scored samples/)
  await check('another zip', 'log.eval', zip({ 'a.txt': 'x' }), /holds no header\.json: it is no \.eval log/)
  await check('torn zip', 'log.eval', zip({ 'header.json': header, ...samples }).subarray(0, 300), /cannot be unpacked/)
  await check('bad sample', 'log.eval', zip({ 'header.json': header, 'samples/1.json': '{' }), /samples\/1\.json: not JSON/)
})
test('promptfoo, HELM and EvalPlus', async () => {
  await check('promptfoo', 'results.json', promptfoo(), same)
  await check(
    'promptfoo score',
    'results.json',
    promptfoo(() => ({ score: 0.25 })),
    /has no score "score"/,
    { score: 'score' },
    lm(),
  )
  await check(
    'promptfoo error',
    'results.json',
    promptfoo((id) => (id === 3 ? { success: false, score: undefined, error: 'HTTP 500' } : {})),
    /1 of 20 samples has no score \(3\)/,
  )
  await check(
    'promptfoo error, left out',
    'results.json',
    promptfoo((id) => (id === 3 ? { success: false, score: 0, error: 'HTTP 500: too many', failureReason: 2 } : {})),
    { n: 19, difference: 0 },
    { skipUnscored: true },
  )
  await check(
    'promptfoo repeated',
    'results.json',
    promptfoo((id) => ({ testIdx: id % 10, vars: { question: `Question ${id % 10}?` } })),
    /10 tasks stand more than once|10 tasks with 2 samples/,
  )
  await check('promptfoo empty', 'results.json', J({ results: { version: 3, results: [], stats: {}, provider: 'x' } }), /holds no results/)
  const a = helm()
  await check('HELM', 'per_instance_stats.json', a, {
    n: 20,
    difference: 0,
    paired: false,
    notes: /other names, and the files do not tell/,
  })
  for (const [title, text, expected] of [
    ['HELM itself', a, same],
    ['HELM sums', helm((id) => ({ stats: [{ name: { name: 'exact_match' }, count: 2, sum: 2 * right(id) }] })), same],
    ['HELM quasi', helm((id) => ({ stats: [{ name: { name: 'quasi_exact_match' }, mean: right(id) }] })), same],
    [
      'HELM unknown metric',
      helm(() => ({ stats: [{ name: { name: 'bleu' }, mean: 0.3 }] })),
      /has no score that says right or wrong: choose with --score=NAME.*bleu/,
    ],
    ['HELM large', helm(() => ({ stats: [{ name: { name: 'exact_match' }, mean: 3 }] })), /exact_match is 3, not a number from 0 to 1/],
    [
      'HELM perturbed',
      J([...(JSON.parse(a) as Row[]), ...(JSON.parse(a) as Row[]).map((row) => ({ ...row, perturbation: { name: 'typos' } }))]),
      { n: 20, difference: 0, notes: /20 perturbed instances left out/ },
    ],
    ['HELM missing', helm((id) => (id === 3 ? { stats: [] } : {})), /1 of 20 samples has no score \(id3\)/],
  ] as [string, string, Expected][])
    await check(title, 'per_instance_stats.json', text, expected, {}, a)
  const e = evalplus()
  for (const [title, text, expected, choice] of [
    ['EvalPlus itself', e, same],
    ['EvalPlus base', evalplus((id) => [{ base_status: right(id) ? 'pass' : 'timeout' }]), same],
    ['EvalPlus plus fails', evalplus(() => [{ base_status: 'pass', plus_status: 'fail' }]), { n: 20, difference: -0.5 }],
    ['EvalPlus unknown', e, /has no score "extra"\. Scores: plus, base/, { score: 'extra' }],
    ['EvalPlus empty', J({ hash: 'h', eval: {}, base_status: '' }), /holds no tasks/],
    [
      'EvalPlus samples',
      evalplus((id) => [
        { base_status: right(id) ? 'pass' : 'fail', plus_status: null },
        { base_status: 'fail', plus_status: null },
      ]),
      { n: 20, difference: -0.25 },
    ],
  ] as [string, string, Expected, Choice?][])
    await check(title, 'x_eval_results.json', text, expected, choice, e)
})
test('tables', async () => {
  for (const [s, name] of [
    [',', 'csv'],
    [';', 'csv'],
    ['\t', 'tsv'],
    ['|', 'csv'],
  ] as const)
    for (const id of ['id', 'ID', 'task_id', 'doc_id', 'question_id', 'Index'])
      for (const score of ['score', 'Correct', 'passed', 'exact_match', 'acc', 'reward', 'is_correct', 'SUCCESS'])
        await check(
          `${s} ${id} ${score}`,
          `t.${name}`,
          csv([id, 'question', score].join(s), (n) => [n, `Question ${n}?`, right(n)].join(s)),
          same,
        )
  for (const [yes, no] of [
    ['1', '0'],
    ['true', 'false'],
    ['True', 'False'],
    ['TRUE', 'FALSE'],
    ['yes', 'no'],
    ['pass', 'fail'],
    ['Passed', 'Failed'],
    ['correct', 'incorrect'],
    ['right', 'wrong'],
    ['1.0', '0.0'],
    ['1e0', '0e0'],
    [' 1 ', ' 0 '],
    ['✓', '✗'],
    ['C', 'I'],
  ])
    await check(
      `words ${yes}`,
      't.csv',
      csv('id,question,score', (n) => `${n},Question ${n}?,${right(n) ? yes : no}`),
      same,
    )
  for (const [value, expected] of [
    ['0.5', { n: 20, difference: 0 }],
    ['85', /the score "85" is not a number from 0 to 1/],
    ['85%', /the score "85%" is not a number/],
    ['-1', /the score "-1"/],
    ['maybe', /the score "maybe"/],
    ['', /20 of 20 samples have no score/],
    ['NaN', /have no score/],
    ['null', /have no score/],
    ['None', /have no score/],
  ] as const)
    await check(
      `score ${value}`,
      't.csv',
      csv('id,question,score', (n) => `${n},Question ${n}?,${value}`),
      expected as Expected,
    )
  await check(
    'decimal comma',
    't.csv',
    csv('id;question;score', (n) => `${n};Question ${n}?;0,5`),
    same,
  )
  await check(
    'question only',
    't.csv',
    csv('question,score', (n) => `Question ${n}?,${right(n)}`),
    same,
  )
  await check(
    'id only',
    't.csv',
    csv('id,score', (n) => `${n},${right(n)}`),
    { n: 20, difference: 0, paired: false, notes: /other names, and the files do not tell their questions/ },
  )
  await check(
    'models',
    't.csv',
    csv('id,question,model,score', (n) => `${n},Question ${n}?,m${n % 2},${right(n)}`),
    /No arm is in both: .* holds m0, m1/,
  )
  await check(
    'quoted line breaks',
    't.csv',
    csv('id,question,score', (n) => `${n},"Question\n${n}?",${right(n)}`),
    same,
  )
  await check(
    'uneven',
    't.csv',
    csv('id,question,score', (n) => `${n},Question, ${n}?,${right(n)}`),
    /t\.csv: .*mend the row/,
  )
  await check(
    'no score',
    't.csv',
    csv('id,question,points', (n) => `${n},Question ${n}?,1`),
    /needs a column of scores \(--score=NAME\).*Columns: id, question, points/,
  )
  await check(
    'score named',
    't.csv',
    csv('id,question,points', (n) => `${n},Question ${n}?,${right(n)}`),
    /has no score "points"/,
    { score: 'points' },
  )
  await check('twice', 't.csv', quoted + quoted.split('\n').slice(1).join('\n'), /20 tasks stand more than once/)
  await check(
    'marked',
    't.csv',
    csv('id,question,score,epoch', (n) => `${n},Question ${n}?,${right(n)},1`) + ids.map((n) => `${n},Question ${n}?,1,2`).join('\n'),
    { n: 20, difference: 0.25 },
  )
  await check('latin-1', 't.csv', Buffer.from('id,question,score\n1,caf\xe9?,1\n', 'latin1'), /:2: byte \d+ \(0xE9\) is not UTF-8/)
  await check('empty', 't.csv', '', /needs a column of scores/)
  await check('header alone', 't.csv', 'id,question,score\n', /holds no rows|needs a column of scores/)
})
test('what is no result file is refused with what is one', async () => {
  for (const content of ['', '\n', 'hello', '{}', '[]', '{"a":1}', '<html></html>', '\u0000\u0001', '{"rows":[]}', 'null', '12'])
    for (const name of ['x.json', 'x.jsonl', 'x.txt'])
      await check(`${name} ${J(content)}`, name, content, /is none of the result files understood|this is not text|summary of/)
  await check('a folder', '', '', /is none|is a folder/).catch((error: Error) => assert.match(error.message, /EISDIR|is a folder/))
})

test.run()
