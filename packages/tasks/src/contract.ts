import * as assert from 'uvu/assert'
import type { LoadRequest, Split, Task, Taskset } from '@whetstone/core'
import { Task as TaskSchema } from '@whetstone/core'

/** The part of a uvu suite that the contract needs: a named test. */
type Suite = (name: string, test: () => Promise<void>) => void

const splits: Split[] = ['train', 'validation', 'test']

/**
 * Every taskset proves itself without a model: reference -> passed, empty -> not passed, ids unique, splits disjoint, the same request
 * gives the same tasks. `request` narrows what is loaded (levels, limit); splits that the taskset does not have may be left out by `has`.
 */
export function provesItself(test: Suite, taskset: Taskset, request: Partial<LoadRequest> = {}, has: readonly Split[] = splits): void {
  const load = (split: Split, more: Partial<LoadRequest> = {}) => taskset.load({ seed: 1, round: 1, ...request, ...more, split })

  test(`${taskset.name}: tasks are well formed, ids unique`, async () => {
    for (const split of has) {
      const tasks = await load(split)
      assert.ok(tasks.length > 0, `${split} is empty`)
      assert.is(new Set(tasks.map((task) => task.id)).size, tasks.length)
      for (const task of tasks) {
        TaskSchema.parse(task)
        assert.is(task.split, split)
        assert.is(task.taskset, taskset.name)
      }
    }
  })

  test(`${taskset.name}: the reference passes, an empty answer and prose do not`, async () => {
    for (const split of has) {
      for (const task of await load(split, { limit: 25 })) {
        await grades(taskset, task, task.reference, true)
        await grades(taskset, task, '', false)
        await grades(taskset, task, 'I do not know', false)
      }
    }
  })

  test(`${taskset.name}: splits are disjoint by id and by prompt, over rounds`, async () => {
    const owner = new Map<string, Split>()
    for (const split of has) {
      for (const round of [1, 2]) {
        for (const task of await load(split, { round })) {
          for (const key of [task.id, task.prompt]) {
            const before = owner.get(key)
            assert.ok(before === undefined || before === split, `${key} is in ${before} and ${split}`)
            owner.set(key, split)
          }
        }
      }
    }
  })

  test(`${taskset.name}: the same request gives the same tasks; a limit holds`, async () => {
    for (const split of has) {
      assert.equal(await load(split), await load(split))
      const perLevel = new Map<number, number>()
      for (const { level } of await load(split, { limit: 3 })) perLevel.set(level, (perLevel.get(level) ?? 0) + 1)
      for (const [level, count] of perLevel) assert.ok(count <= 3, `${count} tasks at level ${level}`)
    }
  })

  if (taskset.fresh) {
    test(`${taskset.name}: another round draws other tasks`, async () => {
      const [one, two] = await Promise.all([load('validation', { round: 1 }), load('validation', { round: 2 })])
      assert.is.not(JSON.stringify(one), JSON.stringify(two))
    })
  }
}

async function grades(taskset: Taskset, task: Task, answer: string, passed: boolean): Promise<void> {
  const grade = await taskset.grade(task, answer)
  assert.is(grade.passed, passed, `${task.id}: ${JSON.stringify(answer)} -> ${grade.reason}`)
  assert.ok(grade.reward >= 0 && grade.reward <= 1)
  if (!passed && task.reference.length > 3) assert.not(grade.feedback.includes(task.reference), 'feedback quotes the reference')
}
