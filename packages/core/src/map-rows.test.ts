import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mapRows } from './map-rows.ts'

const test = suite('mapRows')
const source = (log: string[]) => ({
  async *[Symbol.asyncIterator]() {
    try {
      yield* [1, 2, 3]
    } finally {
      log.push('closed')
    }
  },
})

test('rows of an array and of a stream, made in their order, the end heard of once', async () => {
  for (const rows of [[1, 2, 3], source([])]) {
    let ends = 0
    assert.equal(
      await Array.fromAsync(
        mapRows(
          rows,
          (row) => row * 2,
          () => ends++,
        ),
      ),
      [2, 4, 6],
    )
    assert.is(ends, 1)
  }
})

test('what they come from is closed when the reader stops, and when making or reading fails', async () => {
  const log: string[] = []
  for await (const row of mapRows(source(log), (each) => each)) if (row === 2) break
  assert.equal(log, ['closed'])
  const fails = mapRows(source(log), (row) => {
    if (row === 2) throw new Error('two')
    return row
  })
  const seen: number[] = []
  const reading = (async () => {
    for await (const row of fails) seen.push(row)
  })()
  assert.is(await reading.catch((error: Error) => error.message), 'two')
  assert.equal([seen, log], [[1], ['closed', 'closed']])
  const broken = mapRows(
    (async function* () {
      yield 1
      throw new Error('disk')
    })(),
    (row) => row,
  )
  assert.is(await Array.fromAsync(broken).catch((error: Error) => error.message), 'disk')
})

test.run()
