import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Task } from '@whetstone/core'
import { fixedTaskset } from '@whetstone/tasks'
import { countTasks } from './count-tasks.ts'
import type { RoundContext } from './round-context.ts'
import { sayShort } from './say-short.ts'

const test = suite('count tasks')
const taskset = (train: readonly number[], validation: readonly number[]) =>
  fixedTaskset({
    name: 'mine',
    about: '',
    grade: () => ({ reward: 0, passed: false, parts: {}, reason: '', feedback: '' }),
    read: () =>
      (['train', 'validation'] as const).flatMap((split) =>
        (split === 'train' ? train : validation).flatMap((count, at) =>
          Array.from({ length: count }, (_, i): Task => {
            const id = `${split}-${at}-${i}`
            return { id, taskset: 'mine', split, prompt: id, reference: '1', level: at + 1, cluster: id, metadata: {} }
          }),
        ),
      ),
  })
const contextOf = (course: object, levels?: { from: number; frontier: number }) =>
  ({
    recipe: { courses: [{ levels, ...course }], settings: { samples: 4, probe: { tasks: 8, samples: 2 } } },
    incumbent: { frontier: null },
    seed: 1,
    round: 2,
  }) as unknown as RoundContext

for (const [says, sizes, course, levels, counted] of [
  ['what a table holds', [[300], [119]], { train: 400, validation: 300 }, undefined, [1200, 119, 119, 16]],
  ['what a recipe asks for', [[300], [119]], { train: 100, validation: 50, samples: 2 }, undefined, [200, 50, 50, 16]],
  [
    'levels of unlike sizes',
    [
      [50, 9],
      [20, 3],
    ],
    { train: 10, validation: 10 },
    undefined,
    [76, 13, 13, 32],
  ],
  [
    'a climb up to its frontier',
    [
      [50, 50, 50],
      [20, 20, 20],
    ],
    { train: 10, frontierTrain: 20, validation: 10 },
    { from: 1, frontier: 2 },
    [120, 20, 10, 32],
  ],
  [
    'fewer tasks of guarded levels',
    [
      [50, 50, 50],
      [20, 20, 20],
    ],
    { train: 10, validation: 10, guarded: 8 },
    { from: 1, frontier: 3 },
    [120, 18, 10, 48],
  ],
] as const)
  test(`counts ${says}`, async () => {
    const [train, validation] = sizes
    const {
      train: attempts,
      validation: tasks,
      tested,
      watch,
    } = await countTasks(contextOf({ taskset: taskset(train, validation), ...course }, levels))
    assert.equal([attempts, tasks, tested, watch], [...counted])
  })

test('more than there is is said with what follows, less is not', async () => {
  const { stock, tested } = await countTasks(contextOf({ taskset: taskset([300], [119]), train: 300, validation: 300 }))
  const [said, ...others] = sayShort(stock, { tested, alpha: 0.01, discordance: 0.3 })
  assert.match(
    said ?? '',
    /asks for 300 validation tasks of mine, and there are 119: 119 are attempted\. The gate sees gains from \+\d+\.\d points with them; 300 would/,
  )
  assert.equal(others, [])
})

test.run()
