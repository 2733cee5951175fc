import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { paths, readJson, readRows, writeJson } from '@whetstone/core'
import { z } from 'zod'
import { FrozenTask } from './frozen-task.ts'

/** Where attempts at tasks lie that are common to rounds whose own tasks were drawn afresh: beside the runs, since they are of several. */
const folder = () => join(paths.reports(''), 'compare')

/** reports/compare/<key>/common.json: rounds that attempted the same held-out tasks after the fact; traces-<i>.jsonl beside it. */
export const CommonSet = z.object({
  key: z.string(),
  recipe: z.string(),
  seed: z.number().int(),
  split: z.enum(['validation', 'test']),
  /** Tasks drawn, by taskset and level. */
  drawn: z.array(z.object({ taskset: z.string(), level: z.number().int(), n: z.number().int() })),
  /** Left out because one of the runs trained on them. */
  trainedOn: z.number().int(),
  sides: z.array(
    z.object({ run: z.string(), round: z.number().int(), model: z.string(), bank: z.string().nullable(), traces: z.string() }),
  ),
  createdAt: z.string(),
})
export type CommonSet = z.infer<typeof CommonSet>

export const commonSetFiles = (key: string) => ({
  folder: join(folder(), key),
  record: join(folder(), key, 'common.json'),
  log: join(folder(), key, 'sample.log'),
  /** The tasks as they were attempted, with what is right. */
  tasks: join(folder(), key, 'tasks.jsonl'),
  /** One for each policy, whichever sets and comparisons it stands in. */
  traces: (policy: string) => join(folder(), key, `traces-${policy}.jsonl`),
  /** What the comparison came to. */
  comparison: join(folder(), key, 'comparison.json'),
})

/** A common set is written when all sides have attempted it. */
export const writeCommonSet = (set: CommonSet): void => writeJson(commonSetFiles(set.key).record, set)

/** The tasks of a common set; none of one that was drawn before 2026-12, which kept none. */
export const commonTasks = (key: string): AsyncIterable<FrozenTask> => readRows(commonSetFiles(key).tasks, FrozenTask, { optional: true })

/** All common sets, the newest last; what cannot be read is left out. */
export function commonSets(): CommonSet[] {
  if (!existsSync(folder())) return []
  return readdirSync(folder())
    .filter((key) => /^[0-9a-f]{16}$/.test(key) && existsSync(commonSetFiles(key).record))
    .map((key) => readJson(commonSetFiles(key).record, CommonSet))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt, 'en'))
}
