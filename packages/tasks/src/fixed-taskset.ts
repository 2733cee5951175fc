import type { LoadRequest, Split, Task, Taskset } from '@whetstone/core'
import { deriveSeed, hash, random, shuffle, taskHash } from '@whetstone/core'

export type FixedTaskset = Omit<Taskset, 'load' | 'levels' | 'fresh'> & {
  /** Those that the tasks have, when absent. */
  levels?: readonly number[]
  /** Reads the tasks of a split, or all; called once a split. */
  read(split: Split): Task[] | Promise<Task[]>
}

/**
 * A task set of rows that are the same in every round. Train tasks come in another order each round; validation and test in one that never
 * changes, so that a limit (a level) always keeps the same ones.
 */
export function fixedTaskset({ read, levels, ...taskset }: FixedTaskset): Taskset {
  const loaded = new Map<Split, Task[]>()
  const tasksOf = async (split: Split) => {
    const tasks = loaded.get(split) ?? (await read(split)).filter((task) => task.split === split)
    loaded.set(split, tasks)
    return tasks
  }
  return {
    ...taskset,
    levels: levels ?? [1],
    fresh: false,
    async content() {
      const rows = [...(await tasksOf('train')), ...(await tasksOf('validation'))]
      return hash(rows.map((task) => [task.split, task.id, task.cluster, taskHash(task)]))
    },
    async load({ split, seed, round, levels: asked = levels, limit = Infinity }: LoadRequest) {
      const tasks = await tasksOf(split)
      const wanted = asked ?? [...new Set(tasks.map(({ level }) => level))].sort((a, b) => a - b)
      const ordered = split === 'train' ? shuffle(tasks, random(deriveSeed(seed, taskset.name, round))) : tasks
      return wanted.flatMap((level) => ordered.filter((task) => task.level === level).slice(0, limit))
    },
  }
}
