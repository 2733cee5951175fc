import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Task } from '@whetstone/core'
import { inBatches } from './attempt-candidate.ts'

const test = suite('batches of an arm')
const tasks = Array.from({ length: 60 }, (_, i) => ({ id: `t${i}`, cluster: `c${i % 12}` }) as Task)

test('batches hold whole clusters, every task once, in an order that only the seed decides', () => {
  const batches = inBatches(tasks, 4, 7)
  assert.equal(
    batches
      .flat()
      .map(({ id }) => id)
      .sort(),
    tasks.map(({ id }) => id).sort(),
  )
  const where = new Map<string, number>()
  for (const [i, batch] of batches.entries())
    for (const { cluster } of batch) {
      assert.is(where.get(cluster) ?? i, i, `${cluster} lies in one batch`)
      where.set(cluster, i)
    }
  assert.equal(
    batches.map(({ length }) => length),
    [15, 15, 15, 15],
  )
  assert.equal(inBatches(tasks, 4, 7), batches)
  assert.not.equal(inBatches(tasks, 4, 8), batches)
  assert.equal(inBatches([], 4, 7), [])
})

test.run()
