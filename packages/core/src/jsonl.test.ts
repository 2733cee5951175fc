import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { BadInput } from './bad-input.ts'
import { appendJsonl, readJsonl, writeJsonl } from './jsonl.ts'
import { writeAtomic } from './write-atomic.ts'

const test = suite('jsonl')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-jsonl-'))
const Row = z.object({ n: z.number() })

test('rows come back in order; an append is added', () => {
  const file = join(folder, 'deep/er/a.jsonl')
  appendJsonl(file, [{ n: 1 }, { n: 2 }])
  appendJsonl(file, [])
  appendJsonl(file, [{ n: 3 }])
  assert.equal(readJsonl(file, Row), [{ n: 1 }, { n: 2 }, { n: 3 }])
})

test('a torn tail is left out, and cut off by the next append', () => {
  const file = join(folder, 'torn.jsonl')
  appendJsonl(file, [{ n: 1 }])
  for (const tail of ['{"n"', '{"n": 2}', '\u0000\u0000']) {
    appendFileSync(file, tail)
    assert.equal(readJsonl(file, Row), [{ n: 1 }])
  }
  appendJsonl(file, [{ n: 4 }])
  assert.is(readFileSync(file, 'utf8'), '{"n":1}\n{"n":4}\n')
})

test("a user's file is read to its last line, line feed or not", () => {
  const file = join(folder, 'user.jsonl')
  writeFileSync(file, '{"n":1}\n\n{"n":2}')
  assert.equal(readJsonl(file, Row, { wholeFile: true }), [{ n: 1 }, { n: 2 }])
})

for (const [name, text, where] of [
  ['not JSON', '{"n":1}\n{oops}\n', /bad\.jsonl:2: not JSON/],
  ['wrong type', '{"n":1}\n{"n":2}\n{"n":"3"}\n', /bad\.jsonl:3: n: /],
  ['not an object', '7\n', /bad\.jsonl:1: /],
] as const) {
  test(`a bad row is named by file and line: ${name}`, () => {
    const file = join(folder, 'bad.jsonl')
    writeFileSync(file, text)
    assert.throws(
      () => readJsonl(file, Row),
      (error: Error) => error instanceof BadInput && where.test(error.message),
    )
  })
}

test('an absent file is refused, or empty where that is meant', () => {
  assert.throws(() => readJsonl(join(folder, 'none'), Row), /not found/)
  assert.equal(readJsonl(join(folder, 'none'), Row, { optional: true }), [])
})

test('a file that cannot be written whole is not written at all', () => {
  const file = join(folder, 'whole.jsonl')
  writeJsonl(file, [{ n: 1 }])
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  assert.throws(() => writeJsonl(file, [{ n: 2 }, circular]))
  assert.equal(readJsonl(file, Row), [{ n: 1 }])
  assert.throws(() => writeAtomic('/dev/full/x', 'y'))
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
