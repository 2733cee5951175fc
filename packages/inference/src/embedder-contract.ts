import type { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Embedder } from '@whetstone/core'
import { cosine } from '@whetstone/similarity'

const texts = [
  'add the two numbers',
  'multiply before you add',
  'x',
  'a longer text that says how one should subtract the smaller from the larger number',
  '',
  'ünïcode 数 \ud83d\ude00',
  'multiply',
]

/** What every embedder must keep to. `open` makes a fresh one. */
export function embedderContract(test: ReturnType<typeof suite>, open: () => Promise<Embedder>): void {
  test('embeds in order, one unit vector of the stated dimensions for each text', async () => {
    await using embedder = await open()
    for (const kind of ['query', 'document'] as const) {
      const vectors = await embedder.embed(texts, kind)
      assert.is(vectors.length, texts.length)
      for (const vector of vectors) {
        assert.instance(vector, Float32Array)
        assert.is(vector.length, embedder.dimensions)
        assert.ok(Math.abs(cosine(vector, vector) - 1) < 1e-4, `length ${cosine(vector, vector)}`)
      }
    }
    assert.equal(await embedder.embed([], 'query'), [])
  })

  test('batch and single agree, whatever the neighbours', async () => {
    await using embedder = await open()
    for (const kind of ['query', 'document'] as const) {
      const together = await embedder.embed(texts, kind)
      const reversed = (await embedder.embed([...texts].reverse(), kind)).reverse()
      for (const [index, text] of texts.entries()) {
        const [alone] = await embedder.embed([text], kind)
        for (const other of [together[index], reversed[index]])
          assert.ok(cosine(alone as Float32Array, other as Float32Array) > 0.9999, `"${text}"`)
      }
    }
  })

  test('equal texts are equal, different ones differ, and its id is stable', async () => {
    await using embedder = await open()
    await using again = await open()
    const [a, b, c] = (await embedder.embed(['add the two numbers', 'add the two numbers', 'multiply'], 'document')) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    const [other] = (await again.embed(['add the two numbers'], 'document')) as [Float32Array]
    assert.ok(cosine(a, b) > 0.99999 && cosine(a, other) > 0.99999 && cosine(a, c) < 0.999)
    assert.is(again.id, embedder.id)
  })
}
