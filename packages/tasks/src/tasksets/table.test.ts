import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import type { LanguageModel, Split, Task } from '@whetstone/core'
import { provesItself } from '../contract.ts'
import table, { readTable } from './table.ts'

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

test('rows name any grader, with several accepted answers and what the grader looks at', async () => {
  const file = put(
    'graders.jsonl',
    [
      { id: 1, question: 'Which? A) Rome B) Paris', answer: 'B', grader: 'choice', split: 'test' },
      { id: 2, question: 'Colours?', answer: 'red, green', grader: 'set-f1', split: 'test' },
      { id: 3, question: 'As JSON?', answer: '{"n": 1}', grader: 'json', split: 'test' },
      { id: 4, question: 'Add 1 and 2, times 3', answer: ['9', 'nine'], grader: 'exact', split: 'test' },
      { id: 5, question: '(1+2)*3', answer: '9', steps: ['3', '9'], grader: 'step-references', split: 'test' },
    ]
      .map((row) => JSON.stringify(row))
      .join('\n'),
  )
  const tasks = table({ file })
  const loaded = await tasks.load({ split: 'test', seed: 1, round: 1 })
  const answers = ['Paris', 'green and red', '{"n": 1.0}', 'nine', '1+2 = 3. 3*3 = 9.']
  for (const [i, answer] of answers.entries()) assert.is((await tasks.grade(loaded[i] as Task, answer)).passed, true, answer)
  for (const task of loaded) assert.is((await tasks.grade(task, '7')).passed, false)
})

test('a judge of the recipe grades a table, and is measured by answers of known verdict', async () => {
  const asked = put('asked.jsonl', rows.map(({ question, answer }) => `${JSON.stringify({ question, answer, split: 'test' })}\n`).join(''))
  const probe = put(
    'probe.csv',
    'question,answer,correct,reference\n1+1?,it is 2,true,2\n1+1?,it is 3,false,2\n1+2?,it is 9,true,3\n1+3?,unsure,no,4\n',
  )
  const tasks = table({ file: asked, grader: 'judge', graderSettings: { votes: 1 }, probe })
  assert.is(tasks.needsJudge, true)
  /** Right where the answer holds the reference; whatever the seed. */
  const judge = {
    model: { name: 'referee' },
    async *generate(requests: { id: string; messages: { content: string }[] }[]) {
      for (const { id, messages } of requests) {
        const said = messages[1]?.content ?? ''
        const part = (label: string) => new RegExp(`--- ${label} \\w+ begins ---\\n([^]*?)\\n---`).exec(said)?.[1] ?? ''
        const verdict = part('answer') === 'unsure' ? 'unsure' : part('answer').includes(part('reference answer')) ? 'correct' : 'incorrect'
        yield { id, text: `VERDICT: ${verdict}` }
      }
    },
  } as unknown as LanguageModel
  const [task] = (await tasks.load({ split: 'test', seed: 1, round: 1 })) as [Task]
  const ask = { judge: async () => judge, seed: 1 }
  assert.is((await tasks.grade(task, `I say ${task.reference}`, ask)).passed, true)
  assert.is((await tasks.grade(task, 'no idea', ask)).passed, false)
  const unsure = await tasks.grade(task, 'unsure', ask)
  assert.equal([unsure.passed, unsure.undecided], [false, true])
  await (tasks.grade(task, 'x') as Promise<unknown>).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /no model has the role judge/),
  )
  assert.equal(await tasks.probeJudge?.(judge, { seed: 1 }), {
    probes: 4,
    agreed: 3,
    passedWrong: 0,
    failedRight: 1,
    unsure: 1,
    kappa: 0.5,
  })
  // Without given probes by golds: that of the question, and another's; the probes say which they are.
  const golds = await table({ file: asked, grader: 'judge', graderSettings: { votes: 1 } }).probeJudge?.(judge, { seed: 1 })
  assert.equal([golds?.agreed, golds?.ofGolds], [golds?.probes, true])
  const other = table({ file: asked, grader: 'judge', probe: csv })
  await Promise.resolve(other.probeJudge?.(judge, { seed: 1 })).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /sums\.csv:2: correct: is null, not true or false/),
  )
})
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
  [
    'a missing column',
    'x.csv',
    'id,question\n1,a\n',
    ' has no column for the answer: name it with --answer=COLUMN (a.b for nested fields). Columns: id, question',
  ],
  ['an id that comes twice', 'x.csv', `${header}1,a,b\n1,c,d\n`, ':3: id "1" is that of line 2 too'],
  [
    'an unknown grader',
    'x.csv',
    'id,question,answer,grader\n1,a,b,magic\n',
    ':2: grader: is not a grader. Graders: choice, code, exact, json, maths, number, regex, set-f1, step-references, steps',
  ],
  ['an unknown split', 'x.csv', 'id,question,answer,split\n1,a,b,later\n', ':2: split: is not one of train, validation, test'],
  [
    'a gold answer that its grader cannot read',
    'x.csv',
    'id,question,answer,grader\n1,a,none,number\n',
    ':2: answer "none" cannot be graded by number (is not a number): mend the row',
  ],
  ['a gold answer beyond the maths grader', 'x.csv', `id,question,answer,grader\n1,a,${'{'.repeat(200)},maths\n`, ':2: answer "{{{'],
  ['a line that is not JSON', 'x.jsonl', '{"id":1,"question":"a","answer":"b"}\n\n{"id":2\n', ':3: not JSON'],
  ['a member of another type', 'x.jsonl', '{"id":1,"question":["a"],"answer":"b"}\n', ':1: question: is neither text nor a number'],
  ['no rows', 'x.csv', header, ' holds no rows: it needs a question and an answer in each'],
  ['another kind of file', 'x.xlsx', 'PK', ' is a spreadsheet or an archive: save the sheet as CSV'],
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

// Kinds of files that people have, each with what becomes of it.
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
const read: [string, string, string | Buffer, Omit<Parameters<typeof table>[0], 'file'>, [string, string][]][] = [
  [
    'semicolons and a decimal comma',
    's.csv',
    'Nr;Question;Answer\n1;"Half of 7?";3,5\n2;"Even; yes or no?";yes\n',
    {},
    [
      ['Half of 7?', '3,5'],
      ['Even; yes or no?', 'yes'],
    ],
  ],
  ['tabs', 't.tsv', 'id\tquestion\tanswer\n1\t2, 3 and?\t4\n', {}, [['2, 3 and?', '4']]],
  ['bars', 'b.csv', 'question|answer\n1, 2?|3\n', {}, [['1, 2?', '3']]],
  ['UTF-16 with its mark', 'u.csv', utf16('id,question,answer\n1,2+2?,4\n'), {}, [['2+2?', '4']]],
  ['UTF-16 without a mark', 'u.jsonl', utf16('{"question":"2+2?","answer":"4"}\n').subarray(2), {}, [['2+2?', '4']]],
  ['a byte order mark', 'm.jsonl', '\uFEFF{"question":"2+2?","answer":"4"}\n', {}, [['2+2?', '4']]],
  [
    'Latin-1 where it is said',
    'l.csv',
    Buffer.from('question,answer\nWhere?,Caf\u00e9\n', 'latin1'),
    { encoding: 'latin1' },
    [['Where?', 'Caf\u00e9']],
  ],
  [
    'numbers as they are written',
    'n.jsonl',
    '{"id":9007199254740993,"question":"a?","answer":10000000000000000001}\n{"id":9007199254740992,"question":"b?","answer":0.0000001}\n{"question":"c?","id":3,"answer":1.50}\n',
    {},
    [
      ['a?', '10000000000000000001'],
      ['b?', '0.0000001'],
      ['c?', '1.50'],
    ],
  ],
  ['a JSON array under a name', 'a.json', '{"data":[{"Problem":"2+2?","Target":4}],"n":1}', {}, [['2+2?', '4']]],
  [
    'columns by flag, nested by path',
    'f.jsonl',
    '{"meta":{"q":"2+2?"},"gold":"4"}\n',
    { columns: { question: 'meta.q', answer: 'gold' } },
    [['2+2?', '4']],
  ],
  ['other line ends', 'c.csv', 'question,answer\r\n2+2?,4\r\n', {}, [['2+2?', '4']]],
]
for (const [what, name, content, options, pairs] of read)
  test(`reads ${what}`, async () => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const { tasks } = await readTable({ file, ...options })
    assert.equal(
      tasks.map(({ prompt, reference }) => [prompt, reference]),
      pairs,
    )
  })

const unreadable: [string, string, string | Buffer, RegExp][] = [
  [
    'Latin-1 that nobody said',
    'x.csv',
    Buffer.from('question,answer\n1,2\nWhere?,Caf\u00e9\n', 'latin1'),
    /x\.csv:3: byte 31 \(0xE9\) is not UTF-8: .*--encoding=latin1/,
  ],
  [
    'a file cut inside a character',
    'x.csv',
    Buffer.from('question,answer\n1,\u00e9').subarray(0, -1),
    /x\.csv:2: the file ends inside a character/,
  ],
  ['bytes that are no text', 'x.jsonl', '{"question":"a\0b","answer":"1"}\n', /x\.jsonl:1: byte 0 at character 15: this is not text/],
  [
    'half a surrogate pair',
    'x.jsonl',
    '{"question":"a?","answer":"1"}\n{"question":"\\ud83d","answer":"4"}\n',
    /x\.jsonl:2: question holds half of a surrogate pair/,
  ],
  ['a row that is no object', 'x.jsonl', '[1]\n', /x\.jsonl:row 1: a row is an object with fields, not 1/],
  [
    'a column that is not there',
    'x.csv',
    'question,answer\na,b\n',
    /x\.csv has no column "frage" \(--question\)\. Columns: question, answer/,
  ],
  [
    'one question with two answers',
    'x.csv',
    'question,answer\nWhat  is 2+2?,4\nwhat is 2+2?,5\n',
    /One question with two answers: .*x\.csv:2 answers "4", .*x\.csv:3 "5"/,
  ],
  [
    'one question with two answers, spaced otherwise',
    'x.csv',
    'question,answer\nWhat is 2+2?,4\nWhat is 2 + 2 ?,5\n',
    /One question with two answers: .*x\.csv:2 answers "4", .*x\.csv:3 "5"/,
  ],
]
for (const [what, name, content, message] of unreadable)
  test(`${what} is refused with its place`, async () => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const error = await readTable({ file, columns: what.startsWith('a column') ? { question: 'frage' } : {} }).catch(
      (error: Error) => error,
    )
    assert.instance(error, BadInput)
    assert.match((error as Error).message, message)
  })

test('a question under several ids counts once and lies in one split, in other words too', async () => {
  const question = (jars: number, crates: number) =>
    `A crate that stands in the yard holds ${jars} jars of plum jam. How many jars of plum jam do ${crates} crates hold?`
  const rows = Array.from({ length: 40 }, (_, i) => ({ id: `p${i}`, question: question(i % 10, 3), answer: String((i % 10) * 3) }))
  rows.push({ id: 'other words', question: `${question(4, 3)} Tell.`, answer: '12' })
  const file = put('same.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))
  const report = await readTable({ file })
  assert.equal([report.rows, report.tasks.length, report.repeated], [41, 11, 30])
  const like = report.tasks.filter(({ prompt }) => prompt.includes('holds 4 jars'))
  assert.is(like.length, 2)
  assert.is(like[0]?.split, like[1]?.split)
  assert.ok(new Set(report.tasks.map(({ split }) => split)).size > 1, 'tasks of one template that differ in a number stay apart')
})

test('several accepted answers: any of them passes', async () => {
  const file = put('several.jsonl', '{"question":"2+2?","answers":["4","four"]}\n')
  const [task] = (await readTable({ file })).tasks as [Task]
  const taskset = table({ file })
  for (const [answer, passed] of [
    ['four', true],
    ['4', true],
    ['five', false],
  ] as const)
    assert.is((await taskset.grade(task, answer)).passed, passed, answer)
})

test.run()
