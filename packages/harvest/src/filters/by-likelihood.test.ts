import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Trace } from '@whetstone/core'
import { selectByLikelihood } from '../select-by-likelihood.ts'
import byLikelihood from './by-likelihood.ts'

const test = suite('by-likelihood')
const traces = Array.from({ length: 10 }, (_, i) => ({ id: `t${i}` }) as Trace)
/** t0 is the likeliest, t9 the least; t4 could not be scored. */
const likelihood = new Map(traces.filter(({ id }) => id !== 't4').map(({ id }, i) => [id, -i]))
const ids = async (kept: AsyncIterable<Trace>) => (await Array.fromAsync(kept)).map(({ id }) => id).join(' ')

test('keeps the highest or the lowest share, in the traces’ order', async () => {
  assert.is(await ids(byLikelihood({ order: 'highest', share: 0.3 }).apply(traces, { seed: 1, likelihood })), 't0 t1 t2')
  assert.is(await ids(byLikelihood({ order: 'lowest', share: 0.3 }).apply(traces, { seed: 1, likelihood })), 't7 t8 t9')
  assert.is(await ids(byLikelihood({ order: 'lowest', share: 1 }).apply(traces, { seed: 1, likelihood })), 't0 t1 t2 t3 t5 t6 t7 t8 t9')
})

test('random needs no likelihood, obeys the seed and chooses evenly', async () => {
  const filter = byLikelihood({ order: 'random', share: 0.5 })
  assert.is(filter.needsLikelihood, false)
  const chosen = new Map<string, number>()
  for (let seed = 0; seed < 400; seed++)
    for await (const { id } of filter.apply(traces, { seed })) chosen.set(id, (chosen.get(id) ?? 0) + 1)
  assert.ok(
    [...chosen.values()].every((count) => count > 160 && count < 240),
    JSON.stringify([...chosen]),
  )
  assert.is(await ids(filter.apply(traces, { seed: 3 })), await ids(filter.apply(traces, { seed: 3 })))
})

test('says what is missing', async () => {
  const filter = byLikelihood({ order: 'lowest', share: 0.5 })
  assert.ok(filter.needsLikelihood)
  let said = ''
  await ids(filter.apply(traces, { seed: 1 })).catch((error: Error) => (said = error.message))
  assert.match(said, /needs likelihoods, and there are none/)
  assert.is(await ids(filter.apply([], { seed: 1 })), '')
  assert.throws(() => byLikelihood({ order: 'lowest', share: 0 }), /by-likelihood: share must be above 0, got 0/)
  assert.equal(
    selectByLikelihood([3, 1, 2], (item) => item, { order: 'lowest', count: 2, seed: 1 }),
    [1, 2],
  )
})

test.run()
