// What belongs to a question beside its column: the text it is about, its input, its choices; and answers that name a choice in another way than by its letter.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readTable } from '../tasksets/table.ts'

const test = suite('compose task')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-compose-'))
test.after(() => rmSync(folder, { recursive: true }))
const asked = 'Which?\nA. one\nB. two\nC. three'
const cases: [name: string, row: Record<string, unknown>, question: string, answer: string][] = [
  ['a list', { question: 'Which?', choices: ['one', 'two', 'three'], answer: 'B' }, asked, 'B'],
  ['a list, answered by its text', { question: 'Which?', options: ['one', 'two', 'three'], answer: 'two' }, asked, 'B'],
  ['a list, answered by its place from 0', { question: 'Which?', choices: ['one', 'two', 'three'], answer: 1 }, asked, 'B'],
  [
    'text and label',
    { question: 'Which?', choices: { text: ['one', 'two', 'three'], label: ['1', '2', '3'] }, answerKey: '2' },
    asked,
    'B',
  ],
  [
    'a list of both',
    {
      question: 'Which?',
      choices: [
        { label: 'A', text: 'one' },
        { label: 'B', text: 'two' },
        { label: 'C', text: 'three' },
      ],
      answer: 'C',
    },
    asked,
    'C',
  ],
  ['by letter', { question: 'Which?', options: { A: 'one', B: 'two', C: 'three' }, answer: 'A' }, asked, 'A'],
  ['a list written as text', { question: 'Which?', choices: '["one", "two", "three"]', answer: 'B' }, asked, 'B'],
  ['columns of their own', { question: 'Which?', A: 'one', B: 'two', C: 'three', answer: 'B' }, asked, 'B'],
  ['option_a and on', { question: 'Which?', option_a: 'one', option_b: 'two', option_c: 'three', answer: 'B' }, asked, 'B'],
  ['spelled in the question already', { question: asked, choices: ['one', 'two', 'three'], answer: 'B' }, asked, 'B'],
  ['numbers that are choices', { question: 'Which?', choices: ['1', '2', '3'], answer: 2 }, 'Which?\nA. 1\nB. 2\nC. 3', 'B'],
  ['a passage', { context: 'Ann is 3.', question: 'How old?', answers: { text: ['3'], answer_start: [7] } }, 'Ann is 3.\n\nHow old?', '3'],
  ['instruction and input', { instruction: 'Add.', input: '1, 2', output: '3' }, 'Add.\n1, 2', '3'],
  ['instruction and no input', { instruction: 'Say 3.', input: '', output: '3' }, 'Say 3.', '3'],
  [
    'a chat',
    {
      messages: [
        { role: 'system', content: 'x' },
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'a' },
      ],
    },
    'q',
    'a',
  ],
  [
    'turns of sharegpt',
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'a' },
      ],
    },
    'q',
    'a',
  ],
  [
    'several turns',
    {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'r' },
        { role: 'assistant', content: 'a' },
      ],
    },
    'user: q\nassistant: b\nuser: r',
    'a',
  ],
  ['a column that only looks like choices', { question: 'Which?', options: 'fast', answer: 'B' }, 'Which?', 'B'],
]
for (const [name, row, question, answer] of cases)
  test(name, async () => {
    const file = join(folder, `${name.replace(/\W+/g, '-')}.jsonl`)
    writeFileSync(file, `${JSON.stringify(row)}\n`)
    const columns = 'answerKey' in row ? { answer: 'answerKey' } : undefined
    const grader = /^(?:a |by |text and|columns of|option|spelled|numbers that)/.test(name) && question.includes('A. ') ? 'choice' : 'exact'
    const [task] = (await readTable({ file, columns, grader })).tasks
    assert.equal([task?.prompt, task?.reference], [question, answer])
  })

test('the column alone, where it is wanted so; places counted from 1, where the last is one', async () => {
  const file = join(folder, 'many.jsonl')
  writeFileSync(file, [1, 2, 3].map((answer) => JSON.stringify({ question: `q${answer}`, choices: ['x', 'y', 'z'], answer })).join('\n'))
  const of = async (whole: boolean) =>
    (await readTable({ file, whole, grader: 'choice' })).tasks.map(({ prompt, reference }) => `${prompt} ${reference}`)
  assert.equal(await of(false), ['q1 1', 'q2 2', 'q3 3'])
  assert.equal(
    await of(true),
    ['A', 'B', 'C'].map((letter, i) => `q${i + 1}\nA. x\nB. y\nC. z ${letter}`),
  )
})

test('texts stay texts for a grader that compares them', async () => {
  const file = join(folder, 'texts.jsonl')
  writeFileSync(file, `${JSON.stringify({ question: 'Which?', choices: ['one', 'two'], answer: 'two' })}\n`)
  assert.equal(
    (await readTable({ file, grader: 'exact' })).tasks.map(({ reference }) => reference),
    ['two'],
  )
})

test.run()
