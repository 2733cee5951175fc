import type { Memory, Task } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'
import { leakRule } from '@whetstone/memory'

type Control = { items: readonly Memory[]; render: (memories: readonly Memory[]) => string; seed: number }

/** How many items of the nearest length one is drawn from; more where more are equally near. */
const drawnFrom = 16

/**
 * Makes the control arm's draw. For each memory that the memory arm shows in an attempt it gives another that was not recalled, drawn by seed among those of the nearest length when rendered, so that a longer
 * prompt alone cannot pass for insight. What the leak guard would keep from the task is left out here too.
 */
export function controlDraw({ items, render, seed }: Control): (task: Task, sample: number, recalled: readonly Memory[]) => Memory[] {
  const lengths = new Map(items.map((item) => [item.id, render([item]).length]))
  return (task, sample, recalled) => {
    const taken = new Set(recalled.map(({ id }) => id))
    const drawn: Memory[] = []
    for (const [place, wanted] of recalled.entries()) {
      const length = render([wanted]).length
      const off = (item: Memory) => Math.abs((lengths.get(item.id) as number) - length)
      const order = items.filter(({ id }) => !taken.has(id)).sort((a, b) => off(a) - off(b) || (a.id < b.id ? -1 : 1))
      const nearest = order[Math.min(drawnFrom, order.length) - 1]
      if (!nearest) break
      const pool = order.findLastIndex((item) => off(item) <= off(nearest)) + 1
      const next = random(deriveSeed(seed, 'phase1', 'control', task.id, sample, place))
      const chosen = [...shuffle(order.slice(0, pool), next), ...order.slice(pool)].find(
        (item) => leakRule({ memory: item, task, answer: task.reference }) === null,
      )
      if (!chosen) continue
      taken.add(chosen.id)
      drawn.push(chosen)
    }
    return drawn
  }
}
