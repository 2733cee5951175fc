import { existsSync } from 'node:fs'
import type { Task, Trace } from '@whetstone/core'
import { readJson, Task as TaskSchema, writeJson } from '@whetstone/core'
import { z } from 'zod'

/** A task that stays unsolved: how often it was attempted, in which rounds, and the kinds of error that its attempts ended with. */
const Unsolved = z.object({
  task: TaskSchema,
  attempts: z.number().int(),
  since: z.number().int(),
  reasons: z.record(z.string(), z.number().int()),
})
export type Unsolved = z.infer<typeof Unsolved>

/** The bucket list: what no attempt has solved so far, kept over rounds. It grows by what fails and shrinks by what is solved. */
export function readBucket(file: string): Unsolved[] {
  return existsSync(file) ? readJson(file, z.array(Unsolved)) : []
}
export const writeBucket = (file: string, bucket: readonly Unsolved[]): void => writeJson(file, bucket)

/** The list after a round's attempts: solved tasks leave it, failed ones come in or count one attempt more. */
export function updateBucket(
  before: readonly Unsolved[],
  traces: readonly Trace[],
  tasks: ReadonlyMap<string, Task>,
  round: number,
): Unsolved[] {
  const bucket = new Map(before.map((entry) => [entry.task.id, entry]))
  for (const [id, group] of Map.groupBy(traces, ({ task }) => task)) {
    if (group.some(({ grade }) => grade.passed)) {
      bucket.delete(id)
      continue
    }
    const { task, attempts, since, reasons } = bucket.get(id) ?? { task: tasks.get(id) as Task, attempts: 0, since: round, reasons: {} }
    const counts = { ...reasons }
    for (const { grade } of group) counts[grade.reason] = (counts[grade.reason] ?? 0) + 1
    bucket.set(id, { task, attempts: attempts + group.length, since, reasons: counts })
  }
  return [...bucket.values()]
}
