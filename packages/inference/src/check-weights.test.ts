import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashFile } from '@whetstone/core'
import { checkWeights } from './check-weights.ts'

const test = suite('check weights')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-weights-'))
const refusal = (model: Parameters<typeof checkWeights>[0]) =>
  checkWeights(model).then(
    () => 'opened',
    (error: Error) => error.message,
  )

test('a file that is not what its record names is refused, whatever changed', async () => {
  const path = join(folder, 'model.gguf')
  const adapter = join(folder, 'adapter.gguf')
  writeFileSync(path, 'the weights')
  writeFileSync(adapter, 'an adapter')
  const id = `model-${(await hashFile(path)).slice(0, 16)}`
  assert.is(await refusal({ id, path, adapter: null }), 'opened')
  assert.is(await refusal({ id: `model-${(await hashFile(adapter)).slice(0, 16)}`, path, adapter }), 'opened')
  assert.match(await refusal({ id, path, adapter }), /adapter\.gguf holds other weights/)
  writeFileSync(path, 'the weighs!')
  assert.match(await refusal({ id, path, adapter: null }), /model\.gguf holds other weights \(model-[0-9a-f]{16}\) than the record names/)
  assert.match(await refusal({ id, path: `${path}.gone`, adapter: null }), /is not there, though a record names it/)
  assert.is(await refusal({ id: 'endpoint', path: null, adapter: null }), 'opened')
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
