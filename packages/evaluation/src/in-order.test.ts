import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inOrder } from './in-order.ts'

const test = suite('in order')

/** Work that ends when the test says so. */
function gated() {
  const gates = new Map<number, PromiseWithResolvers<string>>()
  const stopped: number[] = []
  const work = (item: number, signal: AbortSignal) => {
    const gate = Promise.withResolvers<string>()
    gates.set(item, gate)
    signal.addEventListener('abort', () => (stopped.push(item), gate.reject(signal.reason)))
    return gate.promise
  }
  return { gates, stopped, work }
}
const tick = () => new Promise((resolve) => setImmediate(resolve))

test('so many at once, results in the order of the items, and no item waits for a slow one before it', async () => {
  const { gates, work } = gated()
  let most = 2
  const results: number[] = []
  const all = (async () => {
    for await (const { item } of inOrder([0, 1, 2, 3, 4], { ahead: () => most, work })) results.push(item)
  })()
  await tick()
  assert.equal([...gates.keys()], [0, 1])
  gates.get(1)?.resolve('done early')
  await tick()
  assert.equal([results, [...gates.keys()]], [[], [0, 1]], 'what is held back counts as under way')
  most = 4
  gates.get(0)?.resolve('done')
  await tick()
  assert.equal(
    [results, [...gates.keys()]],
    [
      [0, 1],
      [0, 1, 2, 3, 4],
    ],
  )
  for (const gate of gates.values()) gate.resolve('done')
  await all
  assert.equal(results, [0, 1, 2, 3, 4])
})

test('one at a time, the next begins when the result before it was taken', async () => {
  const begun: number[] = []
  const work = async (item: number) => begun.push(item)
  for await (const { item } of inOrder([0, 1, 2], { ahead: () => 0, work })) assert.is(begun.length, item + 1)
})

test('a failure, a signal or a caller who has seen enough stops what is under way', async () => {
  for (const how of ['failure', 'signal', 'enough'] as const) {
    const { gates, stopped, work } = gated()
    const controller = new AbortController()
    const seen = (async () => {
      for await (const _ of inOrder([0, 1, 2, 3], { ahead: () => 3, work, signal: controller.signal })) if (how === 'enough') break
    })()
    await tick()
    if (how === 'failure') gates.get(2)?.reject(new Error('broke'))
    if (how === 'signal') controller.abort(new Error('stop'))
    if (how === 'enough') gates.get(0)?.resolve('done')
    const error = await seen.then(
      () => null,
      (failed: Error) => failed.message,
    )
    assert.is(error, { failure: 'broke', signal: 'stop', enough: null }[how])
    assert.equal(
      stopped.filter((item) => item === 1),
      [1],
      how,
    )
  }
})

test.run()
