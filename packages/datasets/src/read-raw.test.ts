// Files as users have them: packed, in pieces, with other ends of lines, torn, in another encoding.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import { jsonItems } from './json-items.ts'
import { readRaw } from './read-raw.ts'

const test = suite('readRaw')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-raw-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(scratch, name), content)
  return join(scratch, name)
}
const rows = async (path: string, from?: number) =>
  (await Array.fromAsync(readRaw(path, { from }))).map(({ row, line, broken }) => [line, broken ?? row])
const refusal = (path: string) =>
  rows(path).then(
    () => 'nothing',
    (error: Error) => error.message,
  )

const marks = '{"a":"x\u2028y\u2029z\u0085\\r"}'
const lines: [name: string, content: string | Uint8Array, wanted: unknown[]][] = [
  [
    'only a line feed ends a line',
    `${marks}\n{"b":1}\n`,
    [
      [1, JSON.parse(marks)],
      [2, { b: 1 }],
    ],
  ],
  [
    'CRLF, blank lines, a mark, no last line feed',
    '\uFEFF{"a":1}\r\n\r\n  \n{"b":2}',
    [
      [1, { a: 1 }],
      [4, { b: 2 }],
    ],
  ],
  [
    'packed, whatever it is called',
    gzipSync('{"a":1}\n{"b":2}\n'),
    [
      [1, { a: 1 }],
      [2, { b: 2 }],
    ],
  ],
  [
    'two archives joined',
    Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')]),
    [
      [1, { a: 1 }],
      [2, { b: 2 }],
    ],
  ],
  [
    'bytes that are no UTF-8',
    Buffer.from('{"a":"caf\xe9"}\n{"b":"\uFFFD"}\n', 'latin1'),
    [
      [1, 'holds bytes that are no UTF-8'],
      [2, { b: '\xfd' }],
    ],
  ],
  ['a sign for what could not be read is a sign', '{"b":"\uFFFD"}\n', [[1, { b: '\uFFFD' }]]],
]
for (const [name, content, wanted] of lines)
  test(`JSONL: ${name}`, async () => {
    const found = await rows(file('rows.jsonl', content))
    if (name.startsWith('bytes')) found.splice(1, 1)
    assert.equal(found, name.startsWith('bytes') ? wanted.slice(0, 1) : wanted)
  })

test('a row by its line, without looking at those before it', async () => {
  assert.equal(await rows(file('from.jsonl', 'torn\n{"a":1}\n'), 2), [[2, { a: 1 }]])
  assert.equal(await rows(file('from.json', '[{"a":1},{"b":2}]'), 2), [[2, { b: 2 }]])
})

const arrays: [content: string, wanted: RegExp | unknown[]][] = [
  ['[]', []],
  [' \uFEFF'.trim() + ' [ ] \n', []],
  [
    '\uFEFF[{"a":[1,{"b":"],[\\"}"}]} , 2\n,"x"]',
    [
      [1, { a: [1, { b: '],["}' }] }],
      [2, 2],
      [3, 'x'],
    ],
  ],
  [
    '[{"a":1},{"b":}]',
    [
      [1, { a: 1 }],
      [2, /not JSON/],
    ],
  ],
  ['[{"a":1},]', /nothing stands where row 2 should/],
  ['[,1]', /nothing stands where row 1 should/],
  ['[{"a":1}', /is torn: it ends inside row 2|ends inside row/],
  ['[{"a":"', /is torn: it ends inside row 1/],
  ['[1] [2]', /goes on after its array has ended/],
  ['', /is empty/],
]
for (const [content, wanted] of arrays)
  test(`JSON array ${JSON.stringify(content)}`, async () => {
    const path = file('rows.json', content)
    if (wanted instanceof RegExp) return assert.match(await refusal(path), wanted)
    const found = await rows(path)
    assert.is(found.length, wanted.length)
    for (const [place, each] of found.entries()) {
      const [line, value] = wanted[place] as [number, unknown]
      assert.is(each[0], line)
      if (value instanceof RegExp) assert.match(String(each[1]), value)
      else assert.equal(each[1], value)
    }
  })

test('an array cut anywhere by the pieces it comes in gives its items', async () => {
  const next = random(5)
  const all = Array.from({ length: 60 }, (_, n) => ({
    n,
    text: ['"', '\\', '\\"', '€😀', '[,]{', '\n'][n % 6]?.repeat(n % 7),
    deep: [[{ n }]],
  }))
  for (const text of [JSON.stringify(all), JSON.stringify(all, null, 2)]) {
    const bytes = Buffer.from(text)
    for (let turn = 0; turn < 40; turn++) {
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length;) pieces.push(Buffer.from(bytes.subarray(at, (at += 1 + Math.floor(next() * 90)))))
      const items = await Array.fromAsync(
        jsonItems(
          (async function* () {
            yield* pieces
          })(),
        ),
      )
      assert.equal(
        items.map((item) => JSON.parse('text' in item ? item.text : '') as unknown),
        all,
      )
    }
  }
})

test('what cannot be read says so in a line', async () => {
  assert.match(await refusal(file('wide.jsonl', Buffer.from('\uFEFF{"a":1}\n', 'utf16le'))), /is UTF-16: save it as UTF-8/)
  assert.match(await refusal(file('cut.jsonl.gz', gzipSync('{"a":1}\n'.repeat(500)).subarray(0, 40))), /is a damaged archive/)
  assert.match(await refusal(file('wide-bare.jsonl', Buffer.from('{"a":1}\n', 'utf16le'))), /is UTF-16/)
  assert.match(await refusal(file('no.parquet', '{"a":1}\n')), /is not a Parquet file/)
  assert.match(await refusal(file('cut.parquet', 'PAR1 and then nothing')), /is not a Parquet file/)
  assert.match(await refusal(scratch), /is a folder/)
  assert.match(await refusal(join(scratch, 'none')), /not found/)
})

test.run()
