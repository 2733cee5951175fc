import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { askTogether, BadInput, Model, root, type LanguageModel } from '@whetstone/core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { gradeFile } from './grade-file.ts'

const test = suite('grade-file')
const folder = mkdtempSync(join(tmpdir(), 'grade-file-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const [file, out] = [join(folder, 'cases.jsonl'), join(folder, 'out/verdicts.jsonl')]
const write = (rows: unknown[]) => writeFileSync(file, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'))
const verdicts = () =>
  readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test("verdicts come in order with each row's own fields", async () => {
  write([
    { id: 'a', gold: '\\frac{1}{2}', pred: 'so \\boxed{0.5}', note: { kept: [1, '\u2028'] } },
    { id: 'b', gold: 72, pred: 'It is 71.' },
    '',
    { id: 'c', gold: '72', pred: '#### 72 apples and 5 pears', grader: 'number' },
    { id: 'd', gold: 'x+1', pred: '' },
    { id: 'e', gold: 'x+1', pred: `\\boxed{${'9'.repeat(400)}}` },
  ])
  const summary = await gradeFile({ file, out, grader: 'maths' })
  assert.equal(
    verdicts().map(({ id, correct, extracted, reason }) => [
      id,
      correct,
      extracted === null ? null : String(extracted).slice(0, 9),
      String(reason).slice(0, 12),
    ]),
    [
      ['a', true, '0.5', 'correct'],
      ['b', false, '71', 'wrong answer'],
      ['c', true, '72', 'correct'],
      ['d', false, null, 'no answer'],
      ['e', false, '999999999', 'cannot grade'],
    ],
  )
  assert.equal(verdicts()[0]?.['note'], { kept: [1, '\u2028'] })
  assert.equal([summary.rows, summary.correct, summary.expected], [5, 2, null])
  assert.equal(summary.reasons, { correct: 2, 'wrong answer': 1, 'no answer': 1, 'cannot grade': 1 })
})

test('numbers stay what was written, several answers are accepted, each grader goes by its settings', async () => {
  write([
    '{"id": 90071992547409931, "gold": 10000000000000000001, "pred": "#### 10000000000000000000", "grader": "number"}',
    '{"id": 2, "gold": 1e2, "pred": "It is 100.", "grader": "number"}',
    '{"gold": ["4", "four"], "pred": "four", "grader": "exact"}',
    '{"gold": {"n": 10000000000000000001}, "pred": {"n": 10000000000000000000}, "grader": "json"}',
    '{"gold": {"n": 1}, "pred": "{\\"n\\": 1.0}", "grader": "json"}',
    '{"gold": "B", "pred": "Paris", "question": "A) Rome\\nB) Paris", "grader": "choice"}',
    '{"gold": "a, b, c", "pred": "a, b"}',
    '{"gold": "\\\\frac{\\\\pi}{3}", "pred": "\\\\boxed{9^{9^{9^9}}}", "grader": "maths"}',
  ])
  const { reasons } = await gradeFile({ file, out, grader: 'set-f1', settings: { threshold: 0.8 } })
  assert.equal(
    verdicts().map(({ correct }) => correct),
    [false, true, true, false, true, true, true, false],
  )
  assert.match(readFileSync(out, 'utf8'), /^\{"id":90071992547409931,"gold":10000000000000000001,/)
  assert.is(reasons['not decided'], 1)
})

test('more rows than one chunk, with a field "expected"', async () => {
  write(Array.from({ length: 1300 }, (_, i) => ({ i, gold: `${i}`, pred: `It is ${i % 2 ? i : i + 1}`, expected: i % 2 === 1 || i === 0 })))
  const { expected } = await gradeFile({ file, out, grader: 'number' })
  assert.equal(expected, { truePositive: 650, trueNegative: 649, falsePositive: 0, falseNegative: 1 })
  assert.equal(
    verdicts().map(({ i }) => i),
    Array.from({ length: 1300 }, (_, i) => i),
  )
})

/** Says correct where the answer holds the reference, and how many it was asked at once. */
function referee() {
  const calls: number[] = []
  const part = (said: string, label: string) => new RegExp(`--- ${label} \\w+ begins ---\\n([^]*?)\\n---`).exec(said)?.[1] ?? ''
  const judge: LanguageModel = {
    model: Model.parse({ id: 'model-referee', name: 'referee', path: null, createdAt: '2026-01-01T00:00:00Z' }),
    async *generate(requests) {
      calls.push(requests.length)
      for (const { id, messages } of requests) {
        const said = messages[1]?.content ?? ''
        const verdict = said.includes('dunno')
          ? 'unsure'
          : part(said, 'answer').includes(part(said, 'reference answer'))
            ? 'correct'
            : 'incorrect'
        yield { id, text: `VERDICT: ${verdict}`, finish: 'stop', tokens: { prompt: 1, completion: 1 }, seconds: 0 }
      }
    },
    async [Symbol.asyncDispose]() {},
  }
  return { judge: askTogether(judge), calls }
}

test('a judge is asked about all rows of a chunk at once, and is measured by golds or by answers of known verdict', async () => {
  write([
    { question: 'Why?', gold: 'rain', pred: 'because of rain', expected: true },
    { question: 'Who?', gold: 'Ada', pred: 'Bob', expected: false },
    { question: 'Where?', gold: 'Rome', pred: 'dunno', expected: false },
    { question: 'How many?', gold: '5', pred: 'It is 5.', grader: 'number', expected: true },
  ])
  const { judge, calls } = referee()
  const summary = await gradeFile({ file, out, grader: 'judge', judge })
  assert.equal(calls, [6 * 3, 3 * 3]) // six probes of three golds, three rows; three votes each
  assert.equal([summary.correct, summary.reasons['not decided']], [2, 1])
  assert.equal(summary.expected, { truePositive: 2, trueNegative: 2, falsePositive: 0, falseNegative: 0 })
  assert.equal(summary.judged, {
    ...{ model: 'referee', probes: 6, agreed: 6, passedWrong: 0, failedRight: 0, unsure: 0, kappa: 1, ofGolds: true },
  })
  assert.equal(
    verdicts().map(({ correct, undecided }) => [correct, undecided]),
    [
      [true, undefined],
      [false, undefined],
      [false, true],
      [true, undefined],
    ],
  )
  const probes = [{ question: 'Why?', answer: 'sun', correct: true, reference: 'rain' }]
  const probed = await gradeFile({ file, out, grader: 'judge', judge, probes, settings: { votes: 1 } })
  assert.equal([probed.judged?.probes, probed.judged?.failedRight, probed.judged?.ofGolds], [1, 1, undefined])
  const nobody = await gradeFile({ file, out, grader: 'judge' }).catch((error: Error) => error)
  assert.match((nobody as Error).message, /cases\.jsonl:1: is graded by a judge, and none is named: give --judge=/)
})

test('files as people have them: packed, in UTF-16, with marks, as CSV or a JSON array', async () => {
  const rows = [
    { gold: '3,5', pred: 'Die Antwort ist 3,5.', grader: 'number' },
    { gold: '10000000000000000001', pred: '10000000000000000000', grader: 'number' },
  ]
  const lines = rows.map((row) => JSON.stringify(row)).join('\r\n')
  const csv = 'gold;pred;grader\n3,5;Die Antwort ist 3,5.;number\n10000000000000000001;10000000000000000000;number\n'
  for (const [name, content] of [
    ['a.jsonl', `\uFEFF${lines}\n`],
    ['a.jsonl.gz', gzipSync(lines)],
    ['a.jsonl.zst', zstdCompressSync(lines)],
    ['wide.jsonl', Buffer.from(`\uFEFF${lines}`, 'utf16le')],
    ['big.jsonl', Buffer.from(`\uFEFF${lines}`, 'utf16le').swap16()],
    ['a.csv', csv],
    ['a.csv.gz', gzipSync(csv)],
    ['a.json', JSON.stringify(rows)],
  ] as const) {
    const other = join(folder, name)
    writeFileSync(other, content)
    await gradeFile({ file: other, out, grader: 'maths' })
    assert.equal(
      verdicts().map(({ correct }) => correct),
      [true, false],
      name,
    )
  }
})
test('bytes that are no text, halves of surrogates and names that stand twice are refused with their place', async () => {
  for (const [content, says] of [
    [Buffer.from('{"gold":"1","pred":"1"}\n{"gold":"caf\xe9","pred":"1"}\n', 'latin1'), /odd\.jsonl:2: byte 37 \(0xE9\) is not UTF-8/],
    [Buffer.from('{"gold":"1","pred":"\xc3', 'latin1'), /odd\.jsonl:1: the file ends inside a character/],
    ['{"gold":"1","pred":"\\ud800"}', /odd\.jsonl:1: pred holds half of a surrogate pair/],
    ['{"gold":"1","pred":"1"}\n{"gold":"1","gold":"2","pred":"1"}', /odd\.jsonl:2: "gold" stands twice in one row/],
  ] as const) {
    const other = join(folder, 'odd.jsonl')
    writeFileSync(other, content)
    const error = await gradeFile({ file: other, out, grader: 'maths' }).catch((reason: Error) => reason)
    assert.instance(error, BadInput)
    assert.match((error as Error).message, says)
  }
})

const broken: [rows: unknown[], message: RegExp][] = [
  [[{ gold: '1', pred: '1' }, '{"gold": "1"'], /cases\.jsonl:2: not JSON/],
  [[{ gold: '1', pred: '1' }, '', { gold: '1' }], /cases\.jsonl:3: pred/],
  [
    [{ gold: '1', pred: '1', grader: 'best' }],
    /cases\.jsonl:1: grader: not a grader\. Graders: choice, code, exact, json, judge, maths, number, regex, set-f1, step-references, steps/,
  ],
]
for (const [rows, message] of broken)
  test(`${String(message)} and nothing is written`, async () => {
    rmSync(join(folder, 'out'), { recursive: true, force: true })
    write(rows)
    const error = await gradeFile({ file, out, grader: 'maths' }).then(
      () => null,
      (reason: unknown) => reason,
    )
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
    assert.equal(existsSync(join(folder, 'out')) ? readdirSync(join(folder, 'out')) : [], [])
  })

test('the command prints a summary and refuses what it cannot do in one line', () => {
  write([
    { gold: '1', pred: '1', expected: true },
    { gold: '1', pred: '2', expected: false },
  ])
  const run = (...args: string[]) => {
    try {
      return execFileSync(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), 'loops:grade', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    } catch (error) {
      return (error as { stderr: string }).stderr
    }
  }
  assert.match(run(`--file=${file}`, `--out=${out}`), /2 rows, 1 correct \(50\.0%.*\n.*correct\n.*wrong answer\n.*100\.0% agree/s)
  assert.match(run(`--file=${file}`), /^loops:grade needs --out=VERDICTS\.jsonl\n$/)
  assert.match(run(`--file=${file}`, `--out=${file}`), /is the file that is read/)
  assert.match(run('--help'), /--grader=NAME[^]*\(default maths\):\s+choice,\s+code,\s+exact,\s+json,\s+judge,\s+maths,\s+number/)
})

test.run()
