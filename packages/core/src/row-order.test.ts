import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inOrder, reread } from './row-order.ts'
import { random, shuffle } from './seed.ts'

const test = suite('row order')

for (const count of [0, 5, 30_000]) {
  test(`${count} rows come out at their places`, async () => {
    const places = shuffle(
      Array.from({ length: count }, (_, place) => place),
      random(1),
    )
    const rows = async function* () {
      for (const place of places) yield { place, row: { place, text: 'é'.repeat(place % 7) } }
    }
    let next = 0
    for await (const { place, text } of inOrder(rows(), count)) {
      if (place !== next || text.length !== place % 7) assert.unreachable(`${place} at ${next}`)
      next++
    }
    assert.is(next, count)
  })
}

test('rows can be read again', async () => {
  const rows = reread(async function* () {
    yield* [1, 2]
  })
  assert.equal([...(await Array.fromAsync(rows)), ...(await Array.fromAsync(rows))], [1, 2, 1, 2])
})

test.run()
