import type { Decision, Trace } from '@whetstone/core'

/** Counts where attempts were answered, as their traces pass. */
export function countSpread() {
  const lanes = new Map<string, { tasks: Set<string>; attempts: number }>()
  const places = new Map<string, Set<string>>()
  return {
    add({ task, calls }: Trace): void {
      for (const where of new Set((calls ?? []).flatMap((call) => call.where ?? []))) {
        const lane = lanes.get(where) ?? { tasks: new Set(), attempts: 0 }
        lanes.set(where, lane)
        lane.tasks.add(task)
        lane.attempts++
        places.set(task, (places.get(task) ?? new Set()).add(where))
      }
    },
    /** Undefined where traces do not say. */
    spread(): Decision['spread'] {
      if (lanes.size === 0) return undefined
      return {
        lanes: [...lanes]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([where, { tasks, attempts }]) => ({ where, tasks: tasks.size, attempts })),
        mixed: [...places.values()].filter((where) => where.size > 1).length,
      }
    },
  }
}
