import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Embedder } from '@whetstone/core'
import { lexicalEmbedder } from '@whetstone/similarity'
import { embedderContract } from '../embedder-contract.ts'
import cached, { cachedEmbedder } from './cached.ts'
import lexical from './lexical.ts'

const test = suite('cachedEmbedder')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-cache-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))
embedderContract(test, () => cached({ of: lexical({ dimensions: 64 }), file: join(folder, 'contract.jsonl') }).open())

test('embeds each text once, over restarts, torn lines and another embedder in the file', async () => {
  const file = join(folder, 'embeddings.jsonl')
  const asked: string[] = []
  const counting = (): Embedder => {
    const inner = lexicalEmbedder({ dimensions: 64 })
    return { ...inner, embed: (texts, kind) => (asked.push(...texts.map((text) => `${kind} ${text}`)), inner.embed(texts, kind)) }
  }
  const first = await cachedEmbedder(counting(), file).embed(['a', 'b', 'a'], 'query')
  appendFileSync(file, '["lexical-1-64","torn')
  const cached = cachedEmbedder(counting(), file)
  assert.equal(await cached.embed(['b', 'a'], 'query'), [first[1], first[0]])
  await cached.embed(['a', 'c'], 'document')
  await cachedEmbedder({ ...counting(), id: 'another' }, file).embed(['a'], 'query')
  assert.equal(asked, ['query a', 'query b', 'document a', 'document c', 'query a'])
})

test.run()
