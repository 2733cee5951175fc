import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { BadInput } from './bad-input.ts'
import { appendRows, readLines, readRows, writeRows, type ReadOptions } from './rows.ts'

const test = suite('rows')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-rows-'))
const Row = z.object({ n: z.number() })
const all = (file: string, options: ReadOptions = {}) => Array.fromAsync(readRows(file, Row, { torn: () => {}, ...options }))
const refused = async (work: Promise<unknown>, pattern: RegExp) => {
  const error = await work.then(
    () => assert.unreachable('should have been refused'),
    (reason: Error) => reason,
  )
  assert.match((error as Error).message, pattern)
  return error as Error
}

test('rows come back in order; an append is added and says where the file ends', async () => {
  const file = join(folder, 'deep/er/a.jsonl')
  assert.is(appendRows(file, [{ n: 1 }, { n: 2 }]), 16)
  assert.is(appendRows(file, []), 16)
  assert.is(appendRows(file, [{ n: 3 }]), statSync(file).size)
  assert.equal(await all(file), [{ n: 1 }, { n: 2 }, { n: 3 }])
})

test('a torn tail is named and left out, and cut off by the next append', async () => {
  const file = join(folder, 'torn.jsonl')
  appendRows(file, [{ n: 1 }])
  for (const tail of ['{"n"', '{"n": 2}', '\u0000\u0000', 'x'.repeat(600_000)]) {
    appendFileSync(file, tail)
    const told: number[] = []
    assert.equal(await all(file, { torn: (_, bytes) => told.push(bytes) }), [{ n: 1 }])
    assert.is(told.length, 1)
    appendRows(file, [])
    assert.is(readFileSync(file, 'utf8'), '{"n":1}\n')
  }
  appendRows(file, [{ n: 4 }])
  assert.is(readFileSync(file, 'utf8'), '{"n":1}\n{"n":4}\n')
})

test("a user's file is read to its last line, line feed or not", async () => {
  const file = join(folder, 'user.jsonl')
  writeFileSync(file, '{"n":1}\n\n{"n":2}')
  assert.equal(await all(file, { wholeFile: true }), [{ n: 1 }, { n: 2 }])
})

test('lines of any length, cut by reads anywhere, keep their text, number and place', async () => {
  const file = join(folder, 'long.jsonl')
  const lines = Array.from({ length: 400 }, (_, index) => JSON.stringify({ n: index, text: 'äß€😀'.repeat((index * 37) % 900) }))
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  const bytes = readFileSync(file)
  let count = 0
  for await (const { text, number, offset, bytes: length } of readLines(file)) {
    assert.is(text, lines[count])
    assert.is(number, ++count)
    assert.is(bytes.subarray(offset, offset + length).toString('utf8'), `${text}\n`)
  }
  assert.is(count, 400)
})

test('a part of a file is read by where it begins and ends', async () => {
  const file = join(folder, 'part.jsonl')
  appendRows(file, [{ n: 1 }, { n: 2 }, { n: 3 }])
  assert.equal(await all(file, { from: 8, to: 16 }), [{ n: 2 }])
})

for (const [name, text, where] of [
  ['not JSON', '{"n":1}\n{oops}\n', /bad\.jsonl:2: not JSON/],
  ['wrong type', '{"n":1}\n{"n":2}\n{"n":"3"}\n', /bad\.jsonl:3: n: /],
  ['not an object', '7\n', /bad\.jsonl:1: /],
] as const) {
  test(`a bad row is named by file and line: ${name}`, async () => {
    const file = join(folder, 'bad.jsonl')
    writeFileSync(file, text)
    assert.instance(await refused(all(file), where), BadInput)
  })
}

test('an absent file is refused, or empty where that is meant', async () => {
  await refused(all(join(folder, 'none')), /not found/)
  assert.equal(await all(join(folder, 'none'), { optional: true }), [])
})

test('a file that cannot be written whole is not written at all', async () => {
  const file = join(folder, 'whole/rows.jsonl')
  assert.equal(await writeRows(file, [{ n: 1 }]), { rows: 1, bytes: 8 })
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  await refused(writeRows(file, [...Array.from({ length: 600 }, (_, n) => ({ n })), circular]), /circular/)
  assert.throws(() => appendRows(file, [{ n: 2 }, circular]), /circular/)
  assert.equal(await all(file), [{ n: 1 }])
  assert.equal(readdirSync(join(folder, 'whole')), ['rows.jsonl'])
})

test('rows may come from a stream', async () => {
  const file = join(folder, 'stream.jsonl')
  const source = async function* () {
    for (let n = 0; n < 1500; n++) yield { n }
  }
  assert.is((await writeRows(file, source())).rows, 1500)
  assert.is((await all(file)).length, 1500)
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
