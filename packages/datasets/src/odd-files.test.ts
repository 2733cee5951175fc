// Files as people have them: each is read as what it is, or refused in a line that says what to do; nothing is guessed in silence.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { detectExport, readLoosely } from './detect-export.ts'

const test = suite('odd files')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-odd-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const chat = (asked: unknown, answer: unknown = 'a', more: object = {}) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: asked },
      { role: 'assistant', content: answer },
    ],
    ...more,
  })
const ok = chat('q')

/** Name, content, then what comes of it: why it is refused, or rows, rows left out and columns left aside. */
const files: [name: string, content: string | Uint8Array, wanted: RegExp | [rows: number, left?: number, aside?: string]][] = [
  ['wrong.jsonl', '{"question":"q","answer":"a"}\n', /no format that is known \(as \S+, .*:1: \w+ is not an? /],
  ['null.jsonl', '{"messages":null}\n', /messages is not an array/],
  ['null-content.jsonl', `${chat(null)}\n`, /messages\.0\.content is not a string/],
  ['null-members.jsonl', `${chat('q', 'a', { tools: null })}\n`, [1]],
  ['number.jsonl', `${chat(5)}\n`, /messages\.0\.content is not a string/],
  [
    'half.jsonl',
    '{"messages":[{"role":"user","content":"\\ud800"},{"role":"assistant","content":"a"}]}\n',
    /holds half of a surrogate pair/,
  ],
  ['signs.jsonl', `${chat('\u2028\u2029\u0000\uFEFF\u202e😀')}\n`, [1]],
  ['deep.jsonl', `${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, /row (is not an object|not JSON)/],
  ['crlf.jsonl', `${ok}\r\n${ok}\r\n`, [2]],
  ['cr.jsonl', `${ok}\r${ok}\r`, /:1: row not JSON/],
  ['mark.jsonl', `\uFEFF${ok}\n`, [1]],
  ['wide.jsonl', Buffer.from(`\uFEFF${ok}\n`, 'utf16le'), /is UTF-16/],
  ['latin.jsonl', Buffer.from(`${chat('caf\xe9')}\n`, 'latin1'), /:1: row holds bytes that are no UTF-8/],
  ['empty.jsonl', '', /is empty/],
  ['blank.jsonl', '\n \n', /holds no rows/],
  ['packed.jsonl.gz', gzipSync(`${ok}\n`), [1]],
  ['packed-unnamed.jsonl', gzipSync(`${ok}\n`), [1]],
  ['named-packed.jsonl.gz', `${ok}\n`, [1]],
  ['torn.jsonl.gz', gzipSync(`${ok}\n`.repeat(900)).subarray(0, 50), /is a damaged archive/],
  ['nothing.jsonl.gz', gzipSync(''), /holds no rows/],
  ['torn.jsonl', `${ok}\n{"mess`, [1, 1]],
  ['foreign.jsonl', `hello\n${ok}\n[1]\n"x"\n5\nnull\n`, [1, 5]],
  ['comment.jsonl', `# mine\n${ok}\n`, [1, 1]],
  ['twice.jsonl', `{"messages":1,${ok.slice(1)}\n`, [1]],
  ['proto.jsonl', `{"__proto__":{"x":1},"constructor":2,${ok.slice(1)}\n`, [1, 0, '__proto__,constructor']],
  ['array.json', `[${ok}]`, [1]],
  ['pretty.json', JSON.stringify([JSON.parse(ok)], null, 2), [1]],
  ['object.json', `{"data":[${ok}]}`, /no format that is known/],
  ['torn.json', `[${ok},{"mess`, /is torn: it ends inside row 2/],
  ['comma.json', `[${ok},]`, /nothing stands where row 2 should/],
  ['pretty.jsonl', JSON.stringify(JSON.parse(ok), null, 2), /:1: row not JSON/],
  ['joined.jsonl', `${ok}${ok}\n`, /:1: row not JSON/],
  ['nan.jsonl', `${ok.slice(0, -1)},"score":NaN}\n`, /:1: row not JSON/],
  ['python.jsonl', "{'messages': []}\n", /:1: row not JSON/],
  ['table.csv', 'prompt,completion\nq,a\n', /training rows are JSON objects, a line each or in one array, or Parquet/],
  ['no.parquet', 'nothing', /is not a Parquet file/],
  ['zip.jsonl', Buffer.from('PK\x03\x04\x00\x00', 'latin1'), /row not JSON/],
  ['mixed.jsonl', `${ok}\n{"prompt":"q","completion":"a"}\n`, /as trl-messages, .*:2: messages is not an array/],
  ['columns.jsonl', `${chat('q', 'a', { id: 1, source: 'me', weight: 2 })}\n`.repeat(3), [3, 0, 'id,source,weight']],
  ['roles.jsonl', '{"messages":[{"role":"human","content":"q"},{"role":"gpt","content":"a"}]}\n', /messages\.0\.role is not one of/],
  ['label.jsonl', '{"prompt":"q","completion":"a","label":1}\n', /label is not a boolean/],
  ['tag.json', '[{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"kto_tag":"yes"}]', /kto_tag is not a boolean/],
  ['half-pair.jsonl', '{"prompt":"q","chosen":"a"}\n', /rejected is not/],
  ['alpaca.jsonl', '{"instruction":"q","input":"x","output":"a"}\n', [1]],
  ['thought.jsonl', `${chat('q', '<think>why</think>a')}\n`, [1]],
]
for (const [name, content, wanted] of files)
  test(`${name}: ${wanted instanceof RegExp ? `refused (${wanted.source.slice(0, 60)})` : `${wanted[0]} rows`}`, async () => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const left: string[] = []
    const aside: string[] = []
    const reading = (async () => {
      const how = {
        skipped: (line: number, why: string) => void left.push(`${line} ${why}`),
        aside: (column: string) => void aside.push(column),
      }
      return (await Array.fromAsync(readLoosely(await detectExport(file), file, how))).length
    })()
    if (wanted instanceof RegExp) {
      const error = await reading.then(
        (rows) => assert.unreachable(`${rows} rows were read`),
        (reason: Error) => reason,
      )
      assert.instance(error, BadInput)
      assert.match((error as Error).message, wanted)
      assert.not.match((error as Error).message, /\n/)
    } else assert.equal([await reading, left.length, aside.join()], [wanted[0], wanted[1] ?? 0, wanted[2] ?? ''], left.join())
  })

test.run()
