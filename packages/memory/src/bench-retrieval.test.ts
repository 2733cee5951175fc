import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { benchRetrieval } from './bench-retrieval.ts'

const test = suite('benchRetrieval')

test('10 000 items of 1024 dimensions: inserted within 5 s, found within 25 ms, none missed', async () => {
  const { insertSeconds, medianMs, recall } = await benchRetrieval(10_000)
  assert.ok(insertSeconds < 5, `${insertSeconds} s`)
  assert.ok(medianMs < 25, `${medianMs} ms`)
  assert.is(recall, 1)
})

test('beyond 20 000 items an index takes over, and finds nearly all', async () => {
  const { recall } = await benchRetrieval(20_500, { dimensions: 64 })
  assert.ok(recall > 0.95, String(recall))
})

test.run()
