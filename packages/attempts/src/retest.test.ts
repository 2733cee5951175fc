import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Outcome } from '@whetstone/core'
import { failedTasks, pairedRetest } from './retest.ts'

const test = suite('retest')
const outcome = (task: string, passed: number, attempts = 1): Outcome => ({ task, cluster: task, attempts, passed })

test('failed tasks are those that passed fewer than half of their attempts', () => {
  assert.equal([...failedTasks([outcome('a', 0), outcome('b', 1), outcome('c', 1, 4), outcome('d', 2, 4), outcome('e', 0, 0)])], ['a', 'c'])
})

test('counts both arms on the failed tasks only, and tests them paired', () => {
  const tasks = Array.from({ length: 12 }, (_, i) => `t${i}`)
  const failed = new Set(tasks.slice(0, 8))
  const retest = pairedRetest(
    {
      failed,
      incumbent: tasks.map((task, i) => outcome(task, i < 2 || i > 7 ? 1 : 0)),
      candidate: tasks.map((task, i) => outcome(task, i > 0 ? 1 : 0)),
    },
    { seed: 1 },
  )
  // the incumbent solves t0, t1 by trying again; the candidate t1..t7: six wins, one loss, p = 8/128
  assert.equal([retest.failed, retest.solvedByCandidate, retest.solvedByIncumbent], [8, 7, 2])
  assert.ok(Math.abs(retest.pValue - 8 / 128) < 1e-12)
})

test('nothing failed: nothing to show', () => {
  assert.equal(pairedRetest({ failed: new Set(), incumbent: [outcome('a', 1)], candidate: [outcome('a', 1)] }, { seed: 1 }), {
    failed: 0,
    solvedByCandidate: 0,
    solvedByIncumbent: 0,
    pValue: 1,
  })
})

test.run()
