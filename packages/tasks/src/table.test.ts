import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { Split, Task } from '@whetstone/core'
import { provesItself } from './contract.ts'
import { table } from './table.ts'

const folder = mkdtempSync(join(tmpdir(), 'table-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const put = (name: string, content: string) => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const rows = Array.from({ length: 60 }, (_, i) => ({ id: i, question: `What is ${i} plus 1?`, answer: String(i + 1) }))
const csv = put('sums.csv', `id,question,answer\n${rows.map(({ id, question, answer }) => `${id},"${question}",${answer}`).join('\n')}\n`)
const jsonl = put('sums.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

const test = suite('table')
provesItself(test, table({ file: csv, name: 'csv sums' }))
provesItself(test, table({ file: jsonl, name: 'jsonl sums', grader: 'number' }))

const all = async (file: string, options: Partial<Parameters<typeof table>[0]> = {}) => {
  const taskset = table({ file, ...options })
  const splits = await Promise.all((['train', 'validation', 'test'] as Split[]).map((split) => taskset.load({ split, seed: 1, round: 1 })))
  return splits.flat().sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
}

test('csv and jsonl of the same rows give the same tasks', async () => assert.equal(await all(csv), await all(jsonl)))

test('reads quoted fields, other columns, graders and splits', async () => {
  const file = put(
    'full.csv',
    '\uFEFFid,question,solution,answer,grader,split,source\na,"Two\nlines, ""quoted""",think,1\u00bd apples,,test,book\nb,Half of 3?,,1.5,number,train,\n',
  )
  const [a, b] = (await all(file)) as [Task, Task]
  assert.equal(a, {
    id: 'table-a',
    taskset: 'table',
    split: 'test',
    prompt: 'Two\nlines, "quoted"',
    reference: '1\u00bd apples',
    level: 1,
    cluster: 'table-a',
    metadata: { solution: 'think', source: 'book' },
  })
  assert.equal([b.split, b.metadata['grader']], ['train', 'number'])
  const taskset = table({ file })
  assert.ok((await taskset.grade(b, 'It is 3/2, so 1.50')).passed)
  assert.not((await taskset.grade(a, 'the answer is 1\u00bd apples')).passed)
})

test('train comes in another order each round, validation never', async () => {
  const taskset = table({ file: csv })
  const ids = async (split: Split, round: number) => (await taskset.load({ split, seed: 1, round, limit: 6 })).map(({ id }) => id)
  assert.not.equal(await ids('train', 1), await ids('train', 2))
  assert.equal(await ids('validation', 1), await ids('validation', 2))
})

const header = 'id,question,answer\n'
const refused: [string, string, string, string][] = [
  [
    'a row with a field too few',
    'x.csv',
    `${header}1,a,b\n2,a\n`,
    ':3: Invalid Record Length: columns length is 3, got 2 on line 3: mend the row',
  ],
  ['an open quote', 'x.csv', `${header}1,"a,b\n`, ':2: Quote Not Closed'],
  ['an empty question', 'x.csv', `${header}1,,b\n`, ':2: question: is empty'],
  ['a missing column', 'x.csv', 'id,question\n1,a\n', ':2: answer: is missing'],
  ['an id that comes twice', 'x.csv', `${header}1,a,b\n1,c,d\n`, ':3: id 1 is that of line 2 too'],
  [
    'an unknown grader',
    'x.csv',
    'id,question,answer,grader\n1,a,b,magic\n',
    ':2: grader: is not a grader. Graders: exact, number, steps, maths',
  ],
  ['an unknown split', 'x.csv', 'id,question,answer,split\n1,a,b,dev\n', ':2: split: is not one of train, validation, test'],
  [
    'a gold answer that its grader cannot read',
    'x.csv',
    'id,question,answer,grader\n1,a,none,number\n',
    ':2: answer "none" cannot be graded by number (is not a number): mend the row',
  ],
  ['a gold answer beyond the maths grader', 'x.csv', `id,question,answer,grader\n1,a,${'{'.repeat(200)},maths\n`, ':2: answer "{{{'],
  ['a line that is not JSON', 'x.jsonl', '{"id":1,"question":"a","answer":"b"}\n\n{"id":2\n', ':3: not JSON'],
  ['a member of another type', 'x.jsonl', '{"id":1,"question":["a"],"answer":"b"}\n', ':1: question: is neither text nor a number'],
  ['no rows', 'x.csv', header, ' holds no rows: it needs the columns id, question, answer'],
  ['another kind of file', 'x.xlsx', 'PK', ' is neither .csv nor .jsonl'],
]
for (const [what, name, content, message] of refused)
  test(`${what} is refused with its place`, async () => {
    const file = put(name, content)
    const error = await all(file).then(
      () => undefined,
      (error: Error) => error,
    )
    assert.instance(error, BadInput)
    assert.ok((error as Error).message.startsWith(`${file}${message}`), (error as Error).message)
  })
test('a missing file is refused', async () =>
  assert.match(
    await all(join(folder, 'absent.csv')).then(
      () => '',
      (error: Error) => error.message,
    ),
    /absent\.csv not found/,
  ))

test.run()
