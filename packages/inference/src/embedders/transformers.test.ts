import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cosine } from '@whetstone/similarity'
import { embedderContract } from '../embedder-contract.ts'
import { writeTinyOnnx } from '../write-tiny-onnx.ts'
import transformers from './transformers.ts'

const test = suite('transformersEmbedder')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-onnx-'))
const model = writeTinyOnnx(join(folder, 'tiny-embedder'))
test.after(() => rmSync(folder, { recursive: true, force: true }))
const open = (options: object = {}) => transformers({ model, dtype: 'fp32', batch: 4, ...options }).open()
embedderContract(test, open)

test('pools the last token though neighbours in the batch are longer', async () => {
  await using embedder = await open({ instruction: '' })
  const [short, long, last] = (await embedder.embed(['x', 'add the two numbers before you multiply x', 'multiply'], 'query')) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  assert.ok(cosine(short, long) > 0.9999 && cosine(short, last) < 0.99)
})

test('a folder that is no model is refused in one line', async () => {
  const error: Error = await open({ model: folder }).then(
    () => new Error('opened'),
    (failed: Error) => failed,
  )
  assert.match(error.message, /is no ONNX embedding model .*it needs config\.json/)
})

test.run()
