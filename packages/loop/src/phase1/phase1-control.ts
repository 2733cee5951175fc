import type { Memory, Task } from '@whetstone/core'
import { deriveSeed, random } from '@whetstone/core'
import { leakRule } from '@whetstone/memory'

type Random = { items: readonly Memory[]; render: (memories: readonly Memory[]) => string; seed: number }

/** How many items of the nearest length one is drawn from. */
const drawnFrom = 16

/**
 * Memories for one attempt of the control arm: for each one that the memory arm shows for this task, another that was not recalled, drawn by seed among those of the nearest length when rendered, so that a
 * longer prompt alone cannot pass for insight. What the leak guard would keep from the task is left out here too.
 */
export function drawControl(task: Task, sample: number, recalled: readonly Memory[], { items, render, seed }: Random): Memory[] {
  const taken = new Set(recalled.map(({ id }) => id))
  const drawn: Memory[] = []
  for (const [place, wanted] of recalled.entries()) {
    const length = render([wanted]).length
    const candidates = items
      .filter((item) => !taken.has(item.id) && leakRule({ memory: item, task, answer: task.reference }) === null)
      .map((item) => ({ item, off: Math.abs(render([item]).length - length) }))
      .sort((a, b) => a.off - b.off || (a.item.id < b.item.id ? -1 : 1))
    // All that are as near as the sixteenth: among items of one length any may be drawn.
    const limit = candidates[Math.min(drawnFrom, candidates.length) - 1]?.off ?? 0
    const pool = candidates.filter(({ off }) => off <= limit)
    const chosen = pool[Math.floor(random(deriveSeed(seed, 'phase1', 'control', task.id, sample, place))() * pool.length)]
    if (!chosen) continue
    taken.add(chosen.item.id)
    drawn.push(chosen.item)
  }
  return drawn
}
