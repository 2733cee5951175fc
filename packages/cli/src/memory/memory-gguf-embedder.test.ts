import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeRandomGguf } from '@whetstone/inference/write-random-gguf.ts'
import { ggufEmbedder } from '@whetstone/memory'
import { embedderContract } from '@whetstone/memory/embedders/embedder.contract.ts'

/** Here and not beside ggufEmbedder, because the model of random weights is written by another step package. */
const test = suite('ggufEmbedder')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-gguf-'))
const path = writeRandomGguf(join(folder, 'random.gguf'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

embedderContract(test, () => ggufEmbedder({ path }))

test('a file that is missing or no GGUF is refused in one line', async () => {
  const refusal = (file: string) =>
    ggufEmbedder({ path: file }).then(
      () => 'opened',
      (error: Error) => error.message,
    )
  const broken = join(folder, 'broken.gguf')
  writeFileSync(broken, 'GGUF and then nothing')
  assert.match(await refusal(join(folder, 'none.gguf')), /none\.gguf not found: check the path/)
  assert.match(await refusal(broken), /broken\.gguf cannot be loaded as a GGUF/)
})

test.run()
