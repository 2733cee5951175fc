// Tables as programs and benchmarks lay them out: each gives the same kind of task, however its rows are nested and its columns are called.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readTable } from '../tasksets/table.ts'
import { findRows } from './find-rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'whetstone-rows-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const test = suite('find rows')

const asked = (i: number) => `What is ${i}+1?`
const three = [3, 4, 5]
const lines = (row: (i: number) => unknown) => three.map((i) => JSON.stringify(row(i))).join('\n')
const sums: [file: string, content: string][] = [
  [
    'splits.json',
    JSON.stringify({ train: [{ question: asked(3), answer: 4 }], test: [4, 5].map((i) => ({ question: asked(i), answer: i + 1 })) }),
  ],
  ['columns.json', JSON.stringify({ question: { 0: asked(3), 1: asked(4), 2: asked(5) }, answer: { 0: 4, 1: 5, 2: 6 } })],
  ['lists.json', JSON.stringify({ question: three.map(asked), answer: [4, 5, 6] })],
  [
    'keyed.json',
    JSON.stringify({ a: { question: asked(3), answer: 4 }, b: { question: asked(4), answer: 5 }, c: { question: asked(5), answer: 6 } }),
  ],
  ['split.json', JSON.stringify({ columns: ['question', 'answer'], index: three, data: three.map((i) => [asked(i), i + 1]) })],
  ['pairs.json', JSON.stringify(three.map((i) => [asked(i), String(i + 1)]))],
  ['headed.json', JSON.stringify([['nr', 'question', 'answer'], ...three.map((i) => [i, asked(i), i + 1])])],
  [
    'squad.json',
    JSON.stringify({
      data: [{ paragraphs: [{ qas: three.map((i) => ({ question: asked(i), answers: [{ text: String(i + 1), answer_start: 0 }] })) }] }],
    }),
  ],
  ['noheader.csv', three.map((i) => `${asked(i)},${i + 1}`).join('\n')],
  ['comments.csv', `# exported\n# by me\nquestion,answer\n${three.map((i) => `${asked(i)},${i + 1}`).join('\n')}`],
  ['table.md', `| question | answer |\n|---|:--:|\n${three.map((i) => `| ${asked(i)} | ${i + 1} |`).join('\n')}`],
  [
    'evals.jsonl',
    lines((i) => ({
      input: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: asked(i) },
      ],
      ideal: String(i + 1),
    })),
  ],
  ['trivia.jsonl', lines((i) => ({ question: asked(i), answer: { value: String(i + 1), aliases: [String(i + 1)] } }))],
  ...[
    ['Frage', 'Antwort'],
    ['pregunta', 'respuesta'],
    ['Question', 'Réponse'],
    ['问题', '答案'],
    ['質問', '回答'],
    ['вопрос', 'ответ'],
  ].map(([question, answer]): [string, string] => [
    `${question}.csv`,
    `${question},${answer}\n${three.map((i) => `${asked(i)},${i + 1}`).join('\n')}`,
  ]),
]

for (const [name, content] of sums)
  test(`${name} is read as the sums that it holds`, async () => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const { tasks } = await readTable({ file })
    assert.equal(tasks.map(({ prompt, reference }) => `${prompt} ${reference}`).sort(), three.map((i) => `${asked(i)} ${i + 1}`).sort())
  })

const choices: [name: string, row: Record<string, unknown>][] = [
  ['csqa', { question: { stem: 'Which?', choices: ['air', 'sea'].map((text, at) => ({ label: 'AB'[at], text })) }, answerKey: 'B' }],
  ['aqua', { question: 'Which?', options: ['A)air', 'B)sea'], correct: 'B' }],
  ['hellaswag', { ctx: 'Which?', endings: ['air', 'sea'], label: '1' }],
  ['bigbench', { input: 'Which?', target_scores: { air: 0, sea: 1 } }],
  ['truthful', { question: 'Which?', mc1_targets: { choices: ['air', 'sea'], labels: [0, 1] } }],
  ['piqa', { goal: 'Which?', sol1: 'air', sol2: 'sea', label: 1 }],
]
for (const [name, row] of choices)
  test(`${name} is asked with its choices`, async () => {
    const file = join(folder, `${name}.jsonl`)
    const others: Record<string, unknown> = {
      answerKey: 'A',
      correct: 'A',
      label: 0,
      target_scores: { air: 1, sea: 0 },
      mc1_targets: { choices: ['air', 'sea'], labels: [1, 0] },
    }
    const other = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, others[key] ?? value]))
    writeFileSync(file, `${JSON.stringify(row)}\n${JSON.stringify(JSON.parse(JSON.stringify(other).replace('Which?', 'What?')))}`)
    const { tasks } = await readTable({ file, grader: 'choice' })
    assert.equal(
      tasks.map(({ prompt, reference }) => [prompt, reference]),
      [
        ['Which?\nA. air\nB. sea', 'B'],
        ['What?\nA. air\nB. sea', 'A'],
      ],
    )
  })

test('the wrong answers of a row are choices, in an order that tells nothing', async () => {
  const file = join(folder, 'gpqa.csv')
  writeFileSync(file, 'Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2\nWhich?,sea,tea,air\n')
  const { tasks } = await readTable({ file, grader: 'choice' })
  assert.equal([tasks[0]?.prompt, tasks[0]?.reference], ['Which?\nA. air\nB. sea\nC. tea', 'B'])
})

test('what a table of splits lacks is taken from its train tasks; what it calls test stays', async () => {
  const file = join(folder, 'train-test.jsonl')
  const row = (split: string) => (i: number) => `${JSON.stringify({ question: `${split} ${i}`, answer: i, split })}\n`
  const many = Array.from({ length: 200 }, (_, i) => i)
  writeFileSync(file, [...many.map(row('train')), ...many.map(row('test'))].join(''))
  const { tasks } = await readTable({ file })
  const of = (wanted: string) => tasks.filter(({ split }) => split === wanted)
  assert.ok(of('test').length === 200 && of('test').every(({ prompt }) => prompt.startsWith('test')))
  assert.ok(
    of('validation').length > 20 && of('validation').length < 80 && of('validation').every(({ prompt }) => prompt.startsWith('train')),
  )
  writeFileSync(file, many.map(row('train')).join(''))
  assert.equal([...new Set((await readTable({ file })).tasks.map(({ split }) => split))].sort(), ['test', 'train', 'validation'])
})

test('what holds no rows is not guessed at', () => {
  for (const value of [
    1,
    'a',
    null,
    {},
    { question: 'one row', answer: 'of its own' },
    { a: [{ x: 1 }], b: [{ x: 2 }] },
    { a: [1, 2], b: [1] },
  ])
    assert.is(findRows(value), null, JSON.stringify(value))
})

test.run()
