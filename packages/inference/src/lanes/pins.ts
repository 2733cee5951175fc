import { existsSync } from 'node:fs'
import { readJson, writeJson } from '@whetstone/core'
import { z } from 'zod'

const buckets = 4096
const File = z.object({ lanes: z.array(z.string()), of: z.array(z.number().int()), moved: z.number().int() })

/**
 * Which tasks go to which lane (an endpoint, a class of machine): tasks fall into buckets by a hash of their id, and a bucket belongs to the lane that took its first task, in this arm and in all later
 * ones. So lanes share the work by how fast they are, and no two arms of a task differ by who answered. Kept in a file, where there is one, for a run that goes on.
 */
export type Pins = {
  /** The task's lane; null where none has it yet. */
  laneOf(task: string): string | null
  pin(task: string, lane: string): void
  /** A request of the task is under way; how it ended: `answered` makes the pin firm. A task of which nothing was answered and nothing is under way is free again. */
  begin(task: string): void
  end(task: string, answered: boolean): void
  /** Gives up a lane: its tasks are free for others. */
  release(lane: string): void
  /** Tasks that had to change lanes. */
  readonly moved: number
  save(): void
}

export function openPins(file?: string): Pins {
  const kept = file !== undefined && existsSync(file) ? readJson(file, File) : null
  const lanes: string[] = kept?.lanes ?? []
  const of = Int16Array.from({ length: buckets }, (_, bucket) => kept?.of[bucket] ?? -1)
  const released = new Uint8Array(buckets)
  const firm = Uint8Array.from(of, (lane) => Number(lane >= 0))
  const underWay = new Uint16Array(buckets)
  let moved = kept?.moved ?? 0
  let changed = false
  return {
    laneOf: (task) => lanes[of[bucketOf(task)] as number] ?? null,
    pin(task, lane) {
      const bucket = bucketOf(task)
      let index = lanes.indexOf(lane)
      if (index < 0) index = lanes.push(lane) - 1
      if (of[bucket] === index) return
      if ((of[bucket] !== -1 && firm[bucket]) || released[bucket]) moved++
      released[bucket] = 0
      of[bucket] = index
      changed = true
    },
    begin: (task) => void underWay[bucketOf(task)]!++,
    end(task, answered) {
      const bucket = bucketOf(task)
      underWay[bucket]!--
      if (answered) firm[bucket] = 1
      else if (underWay[bucket] === 0 && !firm[bucket]) of[bucket] = -1
    },
    release(lane) {
      const index = lanes.indexOf(lane)
      if (index < 0) return
      for (let bucket = 0; bucket < buckets; bucket++)
        if (of[bucket] === index) {
          of[bucket] = -1
          released[bucket] = firm[bucket] as number
          firm[bucket] = 0
          changed = true
        }
    },
    get moved() {
      return moved
    },
    save() {
      if (changed && file !== undefined) writeJson(file, { lanes, of: Array.from(of, (lane, bucket) => (firm[bucket] ? lane : -1)), moved })
      changed = false
    },
  }
}

/** FNV-1a. */
function bucketOf(task: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < task.length; i++) hash = Math.imul(hash ^ task.charCodeAt(i), 0x01000193)
  return ((hash ^ (hash >>> 16)) >>> 0) % buckets
}
