import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { provesItself } from '../contract.ts'
import { operations, operatorsWorld } from './operators.ts'
import makeReading from './reading.ts'

const reading = makeReading()
const test = suite('reading')
provesItself(test, reading)
provesItself(test, reading, { seed: 7, limit: 130 })

test('the line in front tells the operation, of a key that is not in the world', async () => {
  const world = operatorsWorld(3)
  const tasks = await reading.load({ split: 'validation', seed: 3, round: 2, limit: 200 })
  assert.is(tasks.length, 200)
  for (const { prompt, reference, cluster } of tasks) {
    const [, told, name, x, key, y] = /^([a-z]{2})=([a-z]);(\d)([a-z]{2})(\d)=$/.exec(prompt) ?? []
    assert.is(told, key)
    assert.is(cluster, key)
    assert.not(world.has(key ?? ''), key)
    assert.is(reference, String(operations[name ?? '']?.(Number(x), Number(y))))
  }
  const keys = Map.groupBy(tasks, ({ cluster }) => cluster)
  assert.ok(
    [...keys.values()].some((own) => new Set(own.map(({ prompt }) => prompt[3])).size > 1),
    'a key means another thing in another task',
  )
})

test.run()
