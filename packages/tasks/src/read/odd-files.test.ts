import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { repeatedKey } from '@whetstone/core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readTable, type TableOptions } from '../tasksets/table.ts'

const folder = mkdtempSync(join(tmpdir(), 'odd-files-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

type Odd = { file: string; content: string | Uint8Array; options?: Partial<TableOptions> }
const read = ({ file, content, options }: Odd) => {
  const path = join(folder, file)
  writeFileSync(path, content)
  return readTable({ file: path, ...options })
}
const columns = (question: string, answer: string) => ({ columns: { question, answer } })
const utf16be = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()

const test = suite('odd files')

const readable: [Odd, [question: string, answers: string[]][]][] = [
  [{ file: 'excel.csv', content: 'sep=;\r\nid;question;answer\r\n1;2+2?;4\r\n' }, [['2+2?', ['4']]]],
  [{ file: 'inches.tsv', content: 'id\tquestion\tanswer\n1\t3" pipe plus 2"?\t5\n' }, [['3" pipe plus 2"?', ['5']]]],
  [{ file: 'bars.csv', content: 'id|question|answer\n1|2+2?|4\n' }, [['2+2?', ['4']]]],
  [{ file: 'table.md', content: '| question | answer |\n|:---|---:|\n| 2+2? | 4 |\n' }, [['2+2?', ['4']]]],
  [{ file: 'mac.csv', content: 'id,question,answer\r1,2+2?,4\r' }, [['2+2?', ['4']]]],
  [{ file: 'big-endian.csv', content: utf16be('id,question,answer\n1,2+2?,4\n') }, [['2+2?', ['4']]]],
  [{ file: 'no-mark.csv', content: Buffer.from('id,question,answer\n1,2+2?,4\n', 'utf16le') }, [['2+2?', ['4']]]],
  [{ file: 'marks.jsonl.gz', content: gzipSync('\uFEFF{"question":"a?","answer":"1"}\n\uFEFF{"question":"b?","answer":"2"}\n') }, [['a?', ['1']], ['b?', ['2']]]], // prettier-ignore
  [
    {
      file: 'russian.csv',
      content: Buffer.from('7175657374696f6e2c616e737765720acaf2ee3f2cdf0a', 'hex'),
      options: { encoding: 'windows-1251' },
    },
    [['Кто?', ['Я']]],
  ],
  [
    { file: 'lists.jsonl', content: '{"q":[{"text":"2+2?"}],"a":[{"v":"4"},{"v":"four"}]}\n', options: columns('q[0].text', 'a.v') },
    [['2+2?', ['4', 'four']]],
  ],
  [{ file: 'squad.jsonl', content: '{"question":"who?","answers":{"text":["Ada","A."],"at":[1,2]}}', options: columns('question', 'answers.text') }, [['who?', ['Ada', 'A.']]]], // prettier-ignore
  [{ file: 'dots.csv', content: 'problem.text,gold.0\n2+2?,4\n', options: columns('problem.text', 'gold.0') }, [['2+2?', ['4']]]],
  [
    { file: 'order.jsonl', content: '{"question":"a?","answer":["4","four"]}\n{"question":"A?","answer":["four","4"]}\n' },
    [['a?', ['4', 'four']]],
  ],
  [{ file: 'equal.csv', content: 'question,answer\na?,"1,000"\na?,1000.0\n', options: { grader: 'number' } }, [['a?', ['1,000']]]],
  [{ file: 'smile.jsonl', content: '{"question":"x \\ud83d\\ude00?","answer":1.50}\n' }, [['x 😀?', ['1.50']]]],
]
for (const [odd, expected] of readable)
  test(`${odd.file} is read as what it is`, async () => {
    const { tasks } = await read(odd)
    assert.equal(
      tasks.map(({ prompt, reference, metadata }) => [prompt, (metadata['accepted'] as string[]) ?? [reference]]),
      expected,
    )
  })

const refused: [Odd, RegExp][] = [
  [
    { file: 'twice.csv', content: 'id,question,answer,Answer ,answer\n1,a?,4,5,6\n' },
    /twice\.csv:1: column "answer" stands 2 times \(3, 5\)/,
  ],
  [{ file: 'key.jsonl', content: '{"question":"a?","answer":"4","answer":"5"}\n' }, /key\.jsonl:1: "answer" stands twice in one row/],
  [{ file: 'key.json', content: '[{"question":"a?","answer":"4","\\u0061nswer":"5"}]' }, /key\.json: "answer" stands twice in one object/],
  [{ file: 'lost.jsonl', content: '{"question":"caf\uFFFD?","answer":"4"}\n' }, /lost\.jsonl:1: question: character 4 is U\+FFFD/],
  [{ file: 'nul.jsonl', content: '{"question":"a?","answer":["4","b\\u0000c"]}\n' }, /nul\.jsonl:1: answer: character 2 is U\+0000/],
  [
    { file: 'nfd.jsonl', content: '{"question":"Café?","answer":"1"}\n{"question":"cafe\u0301\u200b?","answer":"2"}\n' },
    /nfd\.jsonl:1 answers "1", .*nfd\.jsonl:2 "2"/,
  ],
  [
    { file: 'swapped.jsonl', content: '{"question":"x \\ude00\\ud83d?","answer":"1"}\n' },
    /swapped\.jsonl:1: question holds half of a surrogate pair/,
  ],
  [{ file: 'cesu.jsonl', content: Buffer.from('7b22eda0bdedb880', 'hex') }, /cesu\.jsonl:1: byte 3 \(0xED\) is not UTF-8/],
  [
    { file: 'japanese.csv', content: Buffer.from('7175657374696f6e2c616e737765720a93fa967b2c310a', 'hex') },
    /japanese\.csv:2: byte 17 \(0x93\) is not UTF-8/,
  ],
  [{ file: 'utf32.csv', content: Buffer.from('fffe000061000000', 'hex') }, /utf32\.csv:1: byte 0 at character 1: this is not text/],
]
for (const [odd, says] of refused)
  test(`${odd.file} is refused`, () =>
    read(odd).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, says),
    ))

test('names that stand twice are found at any depth, and nothing else is', () => {
  for (const [text, found] of [
    ['{"a":1,"b":{"a":1}}', null],
    ['[{"a":1},{"a":1}]', null],
    ['{"a":"a","b":"\\"a\\":"}', null],
    ['{"a":{"x":[{"y":1,"y":2}]}}', '"y"'],
    ['{"a":1,"\\u0061":2}', '"a"'],
    ['{"":1,"":2}', '""'],
  ] as const)
    assert.is(repeatedKey(text), found, text)
})

test.run()
