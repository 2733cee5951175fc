import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, nameProblem, paths, readJson, writeJson } from '@whetstone/core'
import { z } from 'zod'

/** reports/<run>/run.json: whose run this is. */
export const Run = z.object({
  run: z.string(),
  recipe: z.string(),
  seed: z.number().int(),
  base: z.string(),
  createdAt: z.string(),
  recipes: z.array(
    z.object({
      round: z.number().int(),
      recipe: z.unknown(),
      /** Content of each taskset that reads files. */
      tasks: z.record(z.string(), z.string()).default({}),
    }),
  ),
})
export type Run = z.infer<typeof Run>

const runFile = (run: string) => join(paths.reports(run), 'run.json')

/** What else lies beside the folders of runs: pages, lists and the reports of faults. */
const taken = /^faults$|\.(?:html|jsonl?|md|csv|lock|owner|part|tmp)$/i

/** A run name becomes folders: letters, digits, dot, dash, underscore. */
export function checkRunName(run: string): string {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(run) || nameProblem(run) !== null)
    throw new BadInput(
      `${JSON.stringify(run.length > 80 ? `${run.slice(0, 80)}…` : run)} cannot name a run: use letters, digits, dot, dash and underscore, at most 64`,
    )
  if (taken.test(run))
    throw new BadInput(
      `${JSON.stringify(run)} cannot name a run: a file or folder of ours beside the runs may be called so; take another name`,
    )
  return run
}

export const readRun = (run: string): Run | null => (existsSync(runFile(run)) ? readJson(runFile(run), Run) : null)
export const writeRun = (record: Run): void => writeJson(runFile(record.run), record)
