import { existsSync } from 'node:fs'
import { readJson, Task, writeJson } from '@whetstone/core'
import { z } from 'zod'

/** A task that stays unsolved: how often it was attempted, since which round, and the kinds of error that its attempts ended with. */
export const Unsolved = z.object({
  task: Task,
  attempts: z.number().int(),
  since: z.number().int(),
  reasons: z.record(z.string(), z.number().int()),
})
export type Unsolved = z.infer<typeof Unsolved>

/** The bucket list: what no attempt has solved so far, kept over rounds. It grows by what fails and shrinks by what is solved. */
export const readBucket = (file: string): Unsolved[] => (existsSync(file) ? readJson(file, z.array(Unsolved)) : [])
export const writeBucket = (file: string, bucket: readonly Unsolved[]): void => writeJson(file, bucket)
