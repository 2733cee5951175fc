import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { benchRetrieval } from './bench-retrieval.ts'

const test = suite('benchRetrieval')

test('10 000 items of 1024 dimensions are all found, none missed; how fast is for the bench to say', async () => {
  const { insertSeconds, medianMs, recall } = await benchRetrieval(10_000)
  assert.is(recall, 1)
  assert.ok(insertSeconds > 0 && medianMs > 0)
})

test('beyond 20 000 items an index takes over, and finds nearly all', async () => {
  const { recall } = await benchRetrieval(20_500, { dimensions: 64 })
  assert.ok(recall > 0.95, String(recall))
})

test.run()
