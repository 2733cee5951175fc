import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cosine } from '../cosine.ts'
import { embedderContract } from './embedder.contract.ts'
import { lexicalEmbedder } from './lexical-embedder.ts'

const test = suite('lexicalEmbedder')
embedderContract(test, async () => lexicalEmbedder())

test('texts on one subject are nearer than others, whatever their form', async () => {
  await using embedder = lexicalEmbedder()
  const [query, near, far] = (await embedder.embed(
    [
      'How many apples are left if Ann eats 3?',
      'When something is eaten, subtract: apples left over.',
      'Probability of independent coins multiplies.',
    ],
    'document',
  )) as [Float32Array, Float32Array, Float32Array]
  assert.ok(cosine(query, near) > cosine(query, far) + 0.1)
})

test('unrelated names hardly meet: 324 keys against one another', async () => {
  await using embedder = lexicalEmbedder()
  const letters = [...'bdefgijkmoqtuvwxyz']
  const vectors = await embedder.embed(
    letters.flatMap((a) => letters.map((b) => a + b)),
    'document',
  )
  let most = 0
  for (const [i, a] of vectors.entries()) for (const b of vectors.slice(i + 1)) most = Math.max(most, cosine(a, b))
  assert.ok(most < 0.3, String(most))
})

test.run()
