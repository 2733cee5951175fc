import { Task } from '@whetstone/core'
import { z } from 'zod'

/** A task as a round attempted it, with what graded it: a row of tasks.jsonl, which traces name by `hash`. */
export const FrozenTask = Task.extend({
  hash: z.string(),
  /** The taskset's grader and the hash of its sources. */
  grader: z.object({ name: z.string(), version: z.string() }),
})
export type FrozenTask = z.infer<typeof FrozenTask>
