import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compareSets, type Comparison } from './compare-sets.ts'
import { pickSets } from './pick-sets.ts'
import { readResults } from './read-results.ts'
import { showComparisons } from './show-comparison.ts'
import { only, refused, resultFolder } from './result-folder.ts'
import type { Choice } from './choice.ts'

const test = suite('odd results')
const { folder, jsonl, remove } = resultFolder()
test.after(remove)

const compare = async (files: string[], choice: Choice = {}): Promise<Comparison> => {
  const [control, treatments] = only(await pickSets(files, choice))
  return compareSets(control, treatments, { seed: 1 })[0] as Comparison
}
type Sample = Record<string, unknown>
const sample = (id: number, more: Sample = {}): Sample => ({ doc_id: id, doc: { question: `q${id}` }, exact_match: id % 2, ...more })
const log = (name: string, make: (id: number) => Sample, n = 20) =>
  jsonl(
    name,
    Array.from({ length: n }, (_, id) => make(id)),
  )
const text = (rows: Sample[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const twenty = Array.from({ length: 20 }, (_, id) => sample(id))
const sound = log('sound.jsonl', sample)
const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

test('logs in other clothes are the same log', async () => {
  for (const other of [
    put('array.json', JSON.stringify(twenty, null, 1)),
    put('big-endian.jsonl', Buffer.from(`\uFEFF${text(twenty)}`, 'utf16le').swap16()),
    put('little-endian.jsonl', Buffer.from(`\uFEFF${text(twenty)}`, 'utf16le')),
    put('windows.jsonl', text(twenty).replaceAll('\n', '\r\n')),
    put('joined.jsonl', `\uFEFF${text(twenty.slice(0, 10))}\uFEFF${text(twenty.slice(10))}`),
    log('policy.jsonl', (id) => sample(id, { policy: { model: 'strict' }, judge: 'none' })),
    log('true.jsonl', (id) => sample(id, { exact_match: id % 2 === 1 })),
    log('text.jsonl', (id) => sample(id, { exact_match: String(id % 2) })),
    log('renumbered.jsonl', (id) => sample(id, { doc_id: 100 - id })),
    log('spaced.jsonl', (id) => sample(id, { doc: { question: ` Q${id}  ` } })),
  ]) {
    const { all } = await compare([sound, other])
    assert.equal([all.n, all.difference, all.paired?.unpaired], [20, 0, 0], other)
  }
})
test('packed logs of every reader are the plain ones; what is torn or packed otherwise is refused by name', async () => {
  const csv = `id,question,score\n${twenty.map((_, id) => `${id},q${id},${id % 2}`).join('\n')}\n`
  const inspect = {
    version: 2,
    status: 'success',
    eval: { task: 't', model: 'm' },
    samples: twenty.map((_, id) => ({ id, epoch: 1, input: `q${id}`, target: '', scores: { match: { value: id % 2 ? 'C' : 'I' } } })),
  }
  const promptfoo = {
    results: {
      results: twenty.map((_, id) => ({
        success: id % 2 === 1,
        provider: { id: 'p' },
        vars: { question: `q${id}` },
        testIdx: id,
        promptIdx: 0,
      })),
    },
  }
  const helm = twenty.map((_, id) => ({ instance_id: `id${id}`, stats: [{ name: { name: 'exact_match' }, mean: id % 2 }] }))
  const evalplus = { eval: Object.fromEntries(twenty.map((_, id) => [`HumanEval/${id}`, [{ base_status: id % 2 ? 'pass' : 'fail' }]])) }
  const phase1 = { trials: twenty.map((_, id) => ({ arm: 'baseline', task: `t${id}`, passed: id % 2 === 1 })) }
  for (const [name, content] of [
    ['samples_gsm8k_2026-01-02T03-04-05.678.jsonl', text(twenty)],
    ['table.csv', csv],
    ['inspect.json', JSON.stringify(inspect)],
    ['promptfoo.json', JSON.stringify(promptfoo)],
    ['helm.json', JSON.stringify(helm, null, 2)],
    ['plus_eval_results.json', JSON.stringify(evalplus)],
    ['phase1.json', JSON.stringify(phase1)],
  ] as const) {
    const outcomes = async (file: string) =>
      (await readResults(file)).flatMap(({ groups }) => groups.map(({ name, outcomes }) => [name, outcomes]))
    const plain = await outcomes(put(`plain-${name}`, content))
    assert.is(plain.flatMap(([, all]) => all as unknown[]).length, 20, name)
    for (const packed of [put(`plain-${name}.gz`, gzipSync(content)), put(`plain-${name}.zst`, zstdCompressSync(content))])
      assert.equal(await outcomes(packed), plain, packed)
  }
  const packed = gzipSync(text(twenty))
  await refused(() => readResults(put('torn.jsonl.gz', packed.subarray(0, packed.length - 20))), /torn\.jsonl\.gz cannot be unpacked/)
  await refused(() => readResults(put('x.jsonl.bz2', 'BZh91AY&SY')), /x\.jsonl\.bz2 is packed by bzip2: unpack it first/)
})
test('equal ids over other questions are never paired, whatever else is odd', async () => {
  const twins = (id: number) => `the same ${Math.floor(id / 2)}`
  const once = log('twins.jsonl', (id) => sample(id, { doc: { question: twins(id) } }))
  const other = log('other-twins.jsonl', (id) => sample(id, { doc: { question: `another ${twins(id)}` } }))
  const shifted = log('shifted.jsonl', (id) => sample(id, { doc: { question: twins(id + 2) } }))
  const mute = log('mute.jsonl', (id) => sample(id, { doc: {} }))
  assert.is((await compare([once, other])).all.paired, null)
  assert.is((await compare([once, shifted])).all.paired, null)
  assert.is((await compare([once, once])).all.n, 20)
  const half = log('half.jsonl', (id) => sample(id, id < 5 ? {} : { doc: {} }))
  const swapped = log('swapped.jsonl', (id) => sample(id, id < 5 ? { doc: { question: `q${id + 40}` } } : { doc: {} }))
  const { all, notes } = await compare([half, swapped])
  assert.is(all.n, 15)
  assert.match(notes.join('\n'), /5 tasks have the same id in both but another content.*\n.*15 of 20 tasks are paired by their ids alone/)
  assert.match((await compare([mute, mute])).notes.join(), /paired by their ids alone/)
  const csv = (name: string) =>
    put(name, `id,benchmark,score\n${Array.from({ length: 9 }, (_, i) => `${i},${name.slice(0, 1)},${i % 2}`).join('\n')}\n`)
  const unlike = await compare([csv('a.csv'), csv('b.csv')])
  assert.is(unlike.all.paired, null)
  assert.match(unlike.notes.join(), /a and b have other names, and the files do not tell their questions: nothing is paired/)
})
test('ids of other kinds, scores as words', async () => {
  const rows = (score: (i: number) => string, id = (i: number) => `${i}`, head = 'id,score') =>
    `${head}\n${Array.from({ length: 10 }, (_, i) => `${id(i)},${score(i)}`).join('\n')}\n`
  const plain = put(
    'plain.csv',
    rows((i) => `${i % 2}`),
  )
  const said = log('said.jsonl', (id) => sample(id, { exact_match: id % 2 ? 'True' : 'false' }))
  assert.is((await compare([said, said])).all.control.rate, 0.5)
  const asked = put(
    'asked.csv',
    rows(
      (i) => `${i % 2}`,
      (i) => `Q${i}?`,
      'question,score',
    ),
  )
  const { all: apart, notes } = await compare([plain, asked])
  assert.is(apart.paired, null)
  assert.match(notes.join(), /no task stands in both: ids as "0" in one, as "Q0\?" in the other/)
})
test('scores are found under any holder, and listed where there are several', async () => {
  for (const [name, more] of [
    ['scores', { scores: { exact: 1, rouge: 0.5 } }],
    ['metrics', { metrics: { exact: 1, rouge: 0.5 } }],
    ['score', { score: { exact: 1, rouge: 0.5 } }],
  ] as const) {
    const own = log(`${name}.jsonl`, (id) => ({ doc_id: id, doc: { question: `q${id}` }, ...more }))
    await compare([own, own]).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, /several scores: choose one, --score=exact or --score=rouge/),
    )
    assert.is((await compare([own, own], { score: 'rouge' })).all.control.rate, 0.5)
    assert.is((await compare([own, own], { score: `${name}.exact` })).all.control.rate, 1)
  }
})
test('a majority of k answers, where a log tells them; equivalence within a margin', async () => {
  const three = (name: string, answers: string[]) =>
    jsonl(
      name,
      Array.from({ length: 12 }, (_, id) =>
        answers.map((answer, repeat) => ({ ...sample(id), exact_match: answer === 'yes' ? 1 : 0, filtered_resps: [[answer]], repeat })),
      ).flat(),
    )
  const [mostly, seldom] = [three('mostly.jsonl', ['yes', 'YES ', 'no']), three('seldom.jsonl', ['yes', 'no', 'no'])]
  const voted = await compare([mostly, seldom], { repeats: 'majority@3' })
  assert.equal([voted.all.control.rate, voted.all.treatment.rate], [1, 0])
  const mute = jsonl('mute-answers.jsonl', Array.from({ length: 4 }, (_, id) => [0, 1].map((repeat) => sample(id, { repeat }))).flat())
  await refused(
    () => readResults(mute, { repeats: 'majority@2' }),
    /sample 0 does not tell its answer: --repeats=majority@2 needs one to vote by/,
  )
  const many = (name: string, flip: number) => log(name, (id) => sample(id, { exact_match: id < flip ? 1 - (id % 2) : id % 2 }), 400)
  const [control, treatments] = only(await pickSets([many('one.jsonl', 0), many('other.jsonl', 2)], {}))
  const [within] = compareSets(control, treatments, { seed: 1, margin: 0.02 }) as [Comparison]
  assert.is(within.all.paired?.equivalence?.equivalent, true)
  assert.match(
    showComparisons([within]).replace(/\s+/g, ' '),
    /Equivalent within 2\.0 points \(two one-sided tests at 2\.5%: -1\.\d to \+1\.\d\)/,
  )
  const [narrow] = compareSets(control, treatments, { seed: 1, margin: 0.005 }) as [Comparison]
  assert.match(showComparisons([narrow]).replace(/\s+/g, ' '), /Not shown to be within 0\.5 points of each other/)
  // one comparison alone needs no correction, and is paired all the same
  assert.not.match(showComparisons([{ ...narrow, pHolm: null }]), /Other tasks in each/)
  assert.is((compareSets(control, treatments, { seed: 1 })[0] as Comparison).all.paired?.equivalence, null)
})
test('what cannot be compared is said with its place', async () => {
  const cases: [string, RegExp, Choice?][] = [
    [put('cut.jsonl', text(twenty).slice(0, -9)), /cut\.jsonl:20: not JSON/],
    [
      put('two.jsonl', text(twenty) + text(twenty.map((row) => ({ ...row, doc: { question: 'x' } })))),
      /id 0 stands for more than one question: are several logs in one file\?/,
    ],
    [put('again.jsonl', text(twenty) + text(twenty)), /20 tasks stand more than once with nothing that tells the samples apart/],
    [log('percent.jsonl', (id) => sample(id, { exact_match: 100 * (id % 2) })), /sample 1: exact_match is 100, not a number from 0 to 1/],
    [
      log('none.jsonl', (id) => sample(id, { exact_match: id === 3 ? null : 1 })),
      /1 of 20 samples has no score \(3\): leave it out with --skip-unscored/,
    ],
    [put('nan.jsonl', text(twenty).replace('"exact_match":1', '"exact_match":-Infinity')), /1 of 20 samples has no score/],
    [log('filters.jsonl', (id) => sample(id, { filter: id % 2 ? 'a' : 'b' })), /2 filters: choose one, --filter=b or --filter=a/],
    [sound, /has no filter "strict"\. Filters: none/, { filter: 'strict' }],
    [sound, /has no score "bleu"\. Scores: exact_match/, { score: 'bleu' }],
    [put('twice.csv', 'id,score,score\n1,0,1\n'), /twice\.csv: column "score" stands twice/],
    [put('comma.csv', 'id;score\n1;8,5\n'), /1: the score "8,5" is not a number from 0 to 1/],
    [put('empty.jsonl', ''), /is none of the result files understood/],
  ]
  for (const [path, says, choice] of cases)
    await compare([sound, path], choice).then(
      () => assert.unreachable(path),
      (error: Error) => assert.match(error.message, says),
    )
})

test.run()
