import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { checkAdapter } from './check-adapter.ts'
import { describeGguf } from './describe-gguf.ts'
import { writeRandomAdapter, writeRandomGguf } from './write-random-gguf.ts'

const test = suite('checkAdapter')
const folder = mkdtempSync(join(tmpdir(), 'check-adapter-'))
test.after(() => rmSync(folder, { recursive: true }))
const base = writeRandomGguf(join(folder, 'base.gguf'))

test('takes an adapter of the model', () => {
  assert.is(checkAdapter(writeRandomAdapter(join(folder, 'good.gguf')), base).kind, 'adapter')
})
const refused: [string, () => string, RegExp][] = [
  ['a model', () => base, /base\.gguf is a model, not a LoRA adapter/],
  [
    'one of another width',
    () => writeRandomAdapter(join(folder, 'wide.gguf'), { embedding: 64 }),
    /another model than .*blk\.0\.attn_q\.weight\.lora_a does not fit/,
  ],
  ['one of more blocks', () => writeRandomAdapter(join(folder, 'deep.gguf'), { blocks: 3 }), /blk\.2\.attn_q\.weight\.lora_a does not fit/],
  ['a file that is not there', () => join(folder, 'absent.gguf'), /absent\.gguf not found/],
]
for (const [what, path, message] of refused) {
  test(`refuses ${what}`, () =>
    assert.throws(
      () => checkAdapter(path(), base),
      (error: Error) => error instanceof BadInput && message.test(error.message),
    ))
}

test('an adapter is not taken for a model', async () => {
  const said = await describeGguf(writeRandomAdapter(join(folder, 'alone.gguf'))).catch((error: Error) => error.message)
  assert.match(said as string, /alone\.gguf is a LoRA adapter, not a model/)
})

test.run()
