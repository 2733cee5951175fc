import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { readTable } from '../tasksets/table.ts'

const folder = mkdtempSync(join(tmpdir(), 'many-tables-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const test = suite('many tables')

type Rows = readonly (readonly [question: string, answers: readonly string[]])[]
let made = 0
const put = (name: string, content: string | Uint8Array) => {
  const file = join(folder, `${++made}-${name}`)
  writeFileSync(file, content)
  return file
}
const sorted = (rows: Rows) => rows.map(String).sort()
/** Reads a table and expects these questions with their accepted answers, or to be refused as bad input with such a message. */
async function check(name: string, content: string | Uint8Array, expected: Rows | RegExp, options: object = {}): Promise<void> {
  const read = await readTable({ file: put(name, content), ...options }).catch((error: unknown) => error as Error)
  if (expected instanceof RegExp) {
    assert.instance(read, BadInput, `${name}: ${read instanceof Error ? read.stack : 'was read'}`)
    assert.match((read as Error).message, expected)
  } else {
    if (read instanceof Error) throw read
    const rows = read.tasks.map(
      ({ prompt, reference, metadata }) => [prompt, (metadata['accepted'] as string[] | undefined) ?? [reference]] as const,
    )
    assert.equal(sorted(rows), sorted(expected), name)
  }
}
const one: Rows = [['2+2?', ['4']]]
const J = (x: unknown) => JSON.stringify(x)
const utf16 = (text: string, big: boolean, mark: boolean) => {
  const b = Buffer.from((mark ? '\uFEFF' : '') + text, 'utf16le')
  return big ? b.swap16() : b
}
test('separators x encodings x newlines x quoting', async () => {
  const base: [string, string, string][] = [
    ['1', 'Wie viel sind 2 plus 3, bitte?', '5'],
    ['2', 'Café für 3,50 €?', '3,5'],
    ['3', 'Er sagte "ja"; und dann\tnein?', 'ja|nein'],
  ]
  for (const [sn, s] of [
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
    ['pipe', '|'],
  ] as const)
    for (const enc of ['utf8', 'bom', 'le', 'be', 'le0', 'be0'] as const)
      for (const [nn, nl] of [
        ['lf', '\n'],
        ['crlf', '\r\n'],
        ['cr', '\r'],
      ] as const)
        for (const quoteAll of [false, true]) {
          const q = (x: string) => (quoteAll || /[",;\t|\n\r]/.test(x) ? `"${x.replaceAll('"', '""')}"` : x)
          const text = [['id', 'question', 'answer'], ...base].map((row) => row.map(q).join(s)).join(nl) + nl
          const bytes =
            enc === 'utf8'
              ? Buffer.from(text)
              : enc === 'bom'
                ? Buffer.from('\uFEFF' + text)
                : utf16(text, enc.startsWith('be'), !enc.endsWith('0'))
          await check(
            `${sn}-${enc}-${nn}-${quoteAll}.${s === '\t' ? 'tsv' : 'csv'}`,
            bytes,
            base.map(([, a, b]) => [a, [b]]),
          )
        }
})
test('columns by name', async () => {
  for (const [q, a] of [
    ['question', 'answer'],
    ['Question', 'Answer'],
    ['QUESTION', 'ANSWER'],
    [' question ', ' answer '],
    ['prompt', 'target'],
    ['Problem', 'Final Answer'],
    ['problem', 'expected_answer'],
    ['input', 'output'],
    ['query', 'gold'],
    ['instruction', 'response'],
    ['text', 'label'],
    ['Task', 'Reference'],
    ['question', 'targets'],
    ['final-answer', 'question'],
  ].map(([x, y]) => (y === 'question' ? ['question', x] : [x, y]) as [string, string]))
    for (const f of ['csv', 'tsv', 'jsonl', 'json'] as const) {
      const s = f === 'tsv' ? '\t' : ','
      const content =
        f === 'jsonl'
          ? JSON.stringify({ [q]: '2+2?', [a]: '4' })
          : f === 'json'
            ? JSON.stringify([{ [q]: '2+2?', [a]: '4' }])
            : `${q}${s}${a}\n2+2?${s}4\n`
      await check(`names-${q}-${a}.${f}`.replace(/ /g, '_'), content, one)
    }
  for (const [q, a] of [
    ['Frage', 'Antwort'],
    ['质问', '答'],
    ['f.x', 'g'],
    ['a b', 'c-d'],
  ] as const)
    for (const wanted of [
      [q, a],
      [q.toUpperCase(), a.toUpperCase()],
    ] as const)
      await check(`flag-${q}.csv`, `nr,${q},${a}\n1,2+2?,4\n`, one, { columns: { question: wanted[0], answer: wanted[1] } })
})
test('JSON shapes', async () => {
  await check('bom.jsonl', '\uFEFF' + J({ question: '2+2?', answer: '4' }), one)
  await check('crlf.jsonl', J({ question: '2+2?', answer: '4' }) + '\r\n\r\n' + J({ question: '3+3?', answer: 6 }) + '\r\n', [
    ...one,
    ['3+3?', ['6']],
  ])
  await check('blank.jsonl', '\n\n' + J({ question: '2+2?', answer: '4' }) + '\n \n', one)
  await check('array.jsonl', J([{ question: '2+2?', answer: '4' }]), one)
  await check('rows.json', J({ version: 1, data: [{ question: '2+2?', answer: '4' }] }), one)
  await check('lines.json', J({ question: '2+2?', answer: '4' }) + '\n' + J({ question: '3+3?', answer: '6' }), [...one, ['3+3?', ['6']]])
  await check('pretty.json', JSON.stringify([{ question: '2+2?', answer: '4' }], null, 2), one)
  await check('single.json', J({ question: '2+2?', answer: '4' }), one)
  await check('noname', J({ question: '2+2?', answer: '4' }), one)
  await check('noname2', 'question,answer\n2+2?,4\n', one)
  await check('two.json', J({ a: [{ question: '2+2?', answer: '4' }], b: [{ question: '2+2?', answer: '4' }] }), /holds 2 lists of rows/)
  for (const [v, a] of [
    ['1e2', '1e2'],
    ['1.50', '1.50'],
    ['10000000000000000001', '10000000000000000001'],
    ['0.0000001', '0.0000001'],
    ['-0', '-0'],
    ['1E400', '1E400'],
    ['true', 'true'],
    ['false', 'false'],
    ['"  4 "', '4'],
    ['0.1', '0.1'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['-1.0', '-1.0'],
  ] as const)
    await check('value.jsonl', `{"question":"q?","answer":${v}}`, [['q?', [a]]])
  await check('ids.jsonl', '{"id":9007199254740993,"question":"a?","answer":"1"}\n{"id":9007199254740992,"question":"b?","answer":"2"}', [
    ['a?', ['1']],
    ['b?', ['2']],
  ])
  await check('list.jsonl', J({ question: 'q?', answer: ['4', 'four', 4.5] }), [['q?', ['4', 'four', '4.5']]])
  await check('accepted.jsonl', J({ question: 'q?', answers: ['4', 'four'] }), [['q?', ['4', 'four']]])
  for (const [v, re] of [
    ['null', /1: answer: is missing/],
    ['""', /1: answer: is empty/],
    ['"  "', /1: answer: is empty/],
    ['[]', /1: answer: holds no answer/],
    ['[null]', /1: answer: is neither text nor a number/],
    ['{"a":1}', /no column for the answer|answer: is neither text/],
    ['[[1]]', /is neither text nor a number/],
    ['"\\ud800"', /half of a surrogate/],
    ['"a\\u0000b"', /U\+0000/],
    ['"\uFFFD"', /U\+FFFD/],
  ] as const)
    await check('bad.jsonl', `{"question":"q?","answer":${v}}\n`, re)
  for (const [v, re] of [
    ['null', /1: question: is missing/],
    ['""', /1: question: is empty/],
    ['["a"]', /1: question: is neither text nor a number/],
    ['"\\udc00"', /half of a surrogate/],
  ] as const)
    await check('badq.jsonl', `{"question":${v},"answer":"4"}\n`, re)
  await check('numq.jsonl', '{"question":12,"answer":"4"}', [['12', ['4']]])
  for (const [text, re] of [
    ['{"question":"a?"', /:1: not JSON/],
    ['[1,2]', /row 1: a row is an object/],
    ['"x"', /:1: a row is an object|no column/],
    ['{"question":"a?","answer":"1"}\n{oops}', /:2: not JSON/],
    ['{"question":"a?","answer":NaN}', /:1: not JSON/],
    ["{'question':'a?','answer':'1'}", /:1: not JSON/],
    ['{"question":"a?","answer":"1"},', /:1: not JSON/],
    ['', /holds no rows/],
    ['\n\n', /holds no rows/],
    ['{}', /no column for the question/],
    ['{"q":1}', /no column for the question.*Columns: q/],
    ['{"question":"a?"}', /no column for the answer/],
  ] as const)
    await check('broken.jsonl', text, re)
  await check('nested.jsonl', J({ problem: { text: '2+2?' }, gold: { value: '4' } }), one, {
    columns: { question: 'problem.text', answer: 'gold.value' },
  })
  await check(
    'nested2.jsonl',
    J({
      messages: [
        { role: 'user', content: '2+2?' },
        { role: 'assistant', content: '4' },
      ],
    }),
    one,
    { columns: { question: 'messages.0.content', answer: 'messages[1].content' } },
  )
  await check('nested3.jsonl', J({ q: [{ t: '2+2?' }], a: { text: ['4', 'four'] } }), [['2+2?', ['4', 'four']]], {
    columns: { question: 'q.0.t', answer: 'a.text' },
  })
  await check('nested4.jsonl', J({ q: '2+2?', a: 4 }), /has no column "x\.y" \(--question\)/, { columns: { question: 'x.y', answer: 'a' } })
  await check('proto.jsonl', '{"question":"2+2?","answer":"4","__proto__":"x","constructor":1}', one)
  await check('dup.jsonl', '{"question":"a?","question":"b?","answer":"4"}', /"question" stands twice/)
})
test('duplicates and conflicts', async () => {
  for (const [a, b] of [
    ['2+2?', ' 2+2? '],
    ['What is 2+2?', 'what  is 2+2?'],
    ['Café?', 'Cafe\u0301?'],
    ['Ｗｈａｔ？', 'What?'],
    ['2\u00a0+ 2?', '2 + 2?'],
    ['straße?', 'STRASSE?'],
    ['ﬁne?', 'fine?'],
    ['a\u200bb?', 'ab?'],
    ['“a”?', '"a"?'],
    ["it's?", 'it’s?'],
    ['٢+٢?', '2+2?'],
  ] as const) {
    await check('same.jsonl', J({ question: a, answer: '4' }) + '\n' + J({ question: b, answer: '5' }), /One question with two answers/)
    const file = put('once.jsonl', J({ id: 1, question: a, answer: '4' }) + '\n' + J({ id: 2, question: b, answer: '4' }))
    const { tasks, repeated } = await readTable({ file })
    assert.equal([tasks.length, repeated], [1, 1], `${a} ${b}`)
  }
  for (const [a, b] of [
    ['2+2?', '2+3?'],
    ['a-b?', 'a+b?'],
    ['5%?', '5?'],
    ['x^2?', 'x2?'],
    ['$5?', '€5?'],
    ['-5?', '5?'],
    ['¬a?', 'a?'],
    ['1.5?', '15?'],
    ['a<b?', 'a>b?'],
    ['½?', '¼?'],
  ] as const)
    await check('other.jsonl', J({ question: a, answer: '4' }) + '\n' + J({ question: b, answer: '5' }), [
      [a, ['4']],
      [b, ['5']],
    ])
  await check('ids.csv', 'id,question,answer\n1,a?,1\n1,b?,2\n', /:3: id "1" is that of line 2 too/)
  await check('grader.csv', 'id,question,answer\n1,a?,cow\n', /:2: answer "cow" cannot be graded by number/, { grader: 'number' })
  await check('rowgrader.csv', 'id,question,answer,grader\n1,a?,4,numbr\n', /:2: grader: is not a grader/)
  await check('split.csv', 'question,answer,split\na?,4,tarin\n', /:2: split: is not one of train, validation, test/)
  for (const s of ['train', 'TRAIN', 'Training', 'dev', 'val', 'valid', 'validation', 'test', ' test '])
    await check('split.csv', `question,answer,split\n2+2?,4,${s}\n`, one)
})
test('CSV oddities', async () => {
  for (const [text, re] of [
    ['question,answer\n"a?,4\n', /:2|Quote/i],
    ['question,answer\na?,4,5\n', /:2: /],
    ['question,answer\na?\n', /:2: /],
    ['question,answer\n', /holds no rows/],
    ['question;answer,x\na?;4,5\n', /separator|column|no column/],
    ['a,b\n1,2\n', /no column for the question.*Columns: a, b/],
    ['question,answer,question\na,b,c\n', /:1: column "question" stands 2 times/],
    ['question,answer\na?,\n', /:2: answer: is empty/],
    ['question,answer\n,4\n', /:2: question: is empty/],
    ['question,answer\na?,"4"x\n', /:2/],
  ] as const)
    await check('odd.csv', text, re)
  for (const [text, want] of [
    ['question,answer\r\n"line one\nline two",4\r\n', [['line one\nline two', ['4']]]],
    ['question,answer\n"a ""b""?",4', [['a "b"?', ['4']]]],
    ['question,answer\n\n2+2?,4\n\n', one],
    ['question\tanswer\n2+2?\t4\n', one],
    ['id;question;answer\n1;2+2?;4\n', one],
    ['"question","answer"\n"2+2?","4"\n', one],
    ['question,answer,\n2+2?,4,\n', one],
    ['sep=,\nquestion,answer\n2+2?,4\n', one],
    ['sep=;\nquestion;answer\n2+2?;4\n', one],
    ['question,answer,n\n2+2?,4,\n', one],
    ['question , answer\n2+2? , 4\n', one],
  ] as [string, Rows][])
    await check('odd.csv', text, want)
  await check(
    'semi-decimal.csv',
    'Nr;Frage;Antwort\n1;Wie viel?;2,5\n2;Und?;1.234,5\n',
    [
      ['Wie viel?', ['2,5']],
      ['Und?', ['1.234,5']],
    ],
    { columns: { question: 'frage', answer: 'antwort' }, grader: 'number' },
  )
})
test('encodings said and refused', async () => {
  for (const [enc, hex, text] of [
    ['latin1', 'e9', 'é'],
    ['windows-1252', '80', '€'],
    ['windows-1251', 'df', 'Я'],
    ['shift_jis', '93fa', '日'],
    ['gb18030', 'c4e3', '你'],
    ['euc-kr', 'b0a1', '가'],
    ['big5', 'a741', '你'],
    ['koi8-r', 'f1', 'Я'],
    ['iso-8859-15', 'a4', '€'],
    ['euc-jp', 'c6fc', '日'],
    ['windows-1250', 'b9', 'ą'],
    ['iso-8859-2', 'b1', 'ą'],
    ['windows-1253', 'e1', 'α'],
    ['windows-1254', 'fe', 'ş'],
    ['windows-1256', 'c7', 'ا'],
  ] as const) {
    const bytes = Buffer.concat([Buffer.from('question,answer\n'), Buffer.from(hex, 'hex'), Buffer.from('?,4\n')])
    await check('said.csv', bytes, [[`${text}?`, ['4']]], { encoding: enc })
    await check('unsaid.csv', bytes, /:2: byte 17 \(0x[0-9A-F]{2}\) is not UTF-8.*--encoding=latin1/)
  }
  for (const [name, bytes, re] of [
    ['png.csv', Buffer.from('89504e470d0a1a0a0000', 'hex'), /:1: byte 1 \(0x89\)/],
    ['zip.csv', Buffer.from('504b0304', 'hex'), /spreadsheet or an archive/],
    ['pdf.csv', Buffer.from('%PDF-1.4\n%âãÏÓ\n', 'latin1'), /:2: byte|no column/],
    ['exe.csv', Buffer.from('4d5a90000300', 'hex'), /byte|no rows/],
    ['cut.csv', Buffer.from([0x71, 0x2c, 0x61, 0x0a, 0xc3]), /ends inside a character/],
    ['gz.csv.gz', Buffer.from('1f8b0800', 'hex'), /cannot be unpacked/],
    ['xz.csv.xz', Buffer.from('fd377a585a00', 'hex'), /packed by xz/],
    ['bz.csv.bz2', Buffer.from('BZh91AY&SY'), /packed by bzip2/],
    ['bad.parquet', Buffer.from('PAR1xxxxPAR1'), /bad\.parquet/],
    ['empty.csv', Buffer.alloc(0), /holds no rows/],
    ['empty.parquet', Buffer.alloc(0), /empty\.parquet/],
    ['spaces.csv', Buffer.from('   \n'), /no column|holds no rows/],
  ] as const)
    await check(name, bytes, re)
  for (const [ext, pack] of [
    ['gz', gzipSync],
    ['zst', zstdCompressSync],
  ] as const)
    for (const [name, text] of [
      ['a.csv', 'question,answer\n2+2?,4\n'],
      ['a.tsv', 'question\tanswer\n2+2?\t4\n'],
      ['a.jsonl', J({ question: '2+2?', answer: '4' })],
      ['a.json', J([{ question: '2+2?', answer: '4' }])],
    ] as const)
      await check(`${name}.${ext}`, pack(text), one)
})
test.run()
