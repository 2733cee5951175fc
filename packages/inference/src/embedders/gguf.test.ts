import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { embedderContract } from '../embedder-contract.ts'
import { writeRandomGguf } from '../write-random-gguf.ts'
import gguf from './gguf.ts'

const test = suite('gguf')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-gguf-'))
const path = writeRandomGguf(join(folder, 'random.gguf'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

embedderContract(test, () => gguf({ path }).open())

test('a file that is missing or no GGUF is refused in one line', async () => {
  const refusal = (file: string) =>
    gguf({ path: file })
      .open()
      .then(
        () => 'opened',
        (error: Error) => error.message,
      )
  const broken = join(folder, 'broken.gguf')
  writeFileSync(broken, 'GGUF and then nothing')
  assert.match(await refusal(join(folder, 'none.gguf')), /none\.gguf not found: check the path/)
  assert.match(await refusal(broken), /broken\.gguf is (truncated|not a GGUF model)/)
})

test.run()
