import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { checkTable } from './check-table.ts'
import { showTableCheck } from './show-table-check.ts'

const folder = mkdtempSync(join(tmpdir(), 'check-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const put = (name: string, rows: readonly unknown[]) => {
  const file = join(folder, name)
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return file
}
const question = (i: number) =>
  `A wagon with ${i} red wheels rolls down the long hill past the mill. How many wheels have ${i} such wagons in all?`
const tasks = put(
  'tasks.jsonl',
  Array.from({ length: 20 }, (_, i) => ({ id: i, question: question(i), answer: String(i * i) })),
)

const test = suite('check table')

// Where a question may hide: every shape of training row and memory.
const holders: [string, unknown, string][] = [
  ['messages', { messages: [{ role: 'user', content: `Solve: ${question(3)}` }] }, 'n-gram'],
  ['prompt and completion', { prompt: question(4), completion: 'Sixteen.' }, 'n-gram'],
  ['sharegpt', { conversations: [{ from: 'human', value: question(5) }] }, 'n-gram'],
  ['a memory', { title: 'Wheels', content: `Asked ${question(6).toUpperCase()}` }, 'n-gram'],
  ['alpaca', { instruction: 'Answer.', input: question(7), output: '49' }, 'n-gram'],
]
for (const [shape, row, rule] of holders)
  test(`finds a question in ${shape}`, async () => {
    const { against } = await checkTable(
      { file: tasks },
      { against: [put('other.jsonl', [{ text: 'Nothing of the kind stands here.' }, row])], span: 13 },
    )
    assert.equal(
      against[0]?.overlaps.map(({ line, rule }) => [line, rule]),
      [[2, rule]],
    )
  })

test('finds a question in a text without rows, on its first line and over a blank one, and says the line', async () => {
  const text = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const [head, ...rest] = question(8).split('. ') as [string, ...string[]]
  const { against } = await checkTable(
    { file: tasks },
    {
      against: [
        text('first.txt', `${question(3)}\nThe end.`),
        text('notes.md', `# Notes, taken at noon\n\n- a, b\n\n${question(5)}\n`),
        text('parted.html', `<p>${head}.</p>\n\n<p>${rest.join('. ')}</p>`),
        text('none.txt', 'Nothing, of the kind\nstands here'),
      ],
      span: 13,
    },
  )
  assert.equal(
    against.map(({ overlaps }) => overlaps.map(({ line }) => line)),
    [[1], [5], [1], []],
  )
  const empty = await checkTable({ file: tasks }, { against: [text('empty.txt', ' \n')], span: 13 }).catch((error: Error) => error)
  assert.match((empty as Error).message, /empty\.txt holds no text: there is nothing to compare/)
})

test('other tasks of the same template are counted as such, and are no overlap', async () => {
  const { against } = await checkTable(
    { file: tasks },
    { against: [put('siblings.jsonl', [{ text: question(77) }, { text: question(78) }])], span: 13 },
  )
  assert.is(against[0]?.overlaps.length, 0)
})

test('says what a table holds', async () => {
  const checked = await checkTable({ file: tasks }, { against: [], span: 13 })
  assert.equal([checked.report.rows, checked.answers], [20, { number: 20 }])
  assert.match(showTableCheck('tasks.jsonl', checked), /20, 20 distinct questions/)
})

for (const [what, rows, message] of [
  ['a row without text', [{ text: 'fine' }, { ids: [1, 2] }], /:2: holds no text \(fields: ids\): it cannot be compared/],
  ['a file without rows', [], /holds no rows: there is nothing to compare/],
] as const)
  test(`${what} is an error, never "no leaks"`, async () => {
    const error = await checkTable({ file: tasks }, { against: [put('bad.jsonl', rows)], span: 13 }).catch((error: Error) => error)
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
  })

test.run()
