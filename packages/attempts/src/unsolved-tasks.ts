import { existsSync } from 'node:fs'
import type { BucketCount, Grade, Task } from '@whetstone/core'
import { BadInput, hash, readRows, Trace } from '@whetstone/core'
import { openRun, readBucket, roundFiles, writeBucket, type Unsolved } from '@whetstone/runs'
import { frozenTrainTasks } from './frozen-train-tasks.ts'
import type { RoundContext } from './round-context.ts'
import { updateBucket } from './update-bucket.ts'

/** The run's bucket list as the last round left it; empty where the recipe keeps none. */
function listBefore({ recipe, run, round }: RoundContext): Unsolved[] {
  if (!recipe.bucket || round === 1) return []
  const file = roundFiles(run, round - 1).bucket
  const wanted = openRun(run)
    .round(round - 1)
    .finished()?.bucket
  const remedy = 'bring it back from a copy, or begin a run of another name with --run=NEW'
  if (wanted && !existsSync(file)) throw new BadInput(`${file} is gone, with ${wanted.size} unsolved tasks: ${remedy}`)
  const list = readBucket(file)
  if (wanted && (wanted.size !== list.length || (wanted.hash !== undefined && wanted.hash !== hash(list))))
    throw new BadInput(`${file} is not the list that round ${round - 1} left (${wanted.size} unsolved tasks): ${remedy}`)
  return list
}

/** What this round attempts of it again, those that waited longest first; `late`: waited so long that the bucket's own solver is asked. */
export function unsolvedTasks(context: RoundContext): { task: Task; late: boolean }[] {
  const { recipe, round } = context
  const known = new Set(recipe.courses.map(({ taskset }) => taskset.name))
  return listBefore(context)
    .filter(({ task }) => known.has(task.taskset))
    .toSorted((a, b) => a.since - b.since)
    .slice(0, recipe.bucket?.most)
    .map(({ task, since }) => ({ task, late: recipe.bucket?.solver !== undefined && round - since >= recipe.bucket.after }))
}

/** Writes the list as this round's attempts leave it: solved tasks leave, failed ones come in or count their attempts. */
export async function updateUnsolved(context: RoundContext): Promise<BucketCount | null> {
  const { recipe, run, round, files } = context
  if (!recipe.bucket) return null
  const attempts: { task: string; grade: Pick<Grade, 'passed' | 'reason'> }[] = []
  for await (const { task, grade } of readRows(files.traces, Trace, { optional: true }))
    attempts.push({ task, grade: { passed: grade.passed, reason: grade.reason } })
  const attempted = new Set(attempts.map(({ task }) => task))
  const tasks = new Map((await frozenTrainTasks(openRun(run).round(round), attempted)).map((task) => [task.id, task]))
  const before = listBefore(context)
  const after = updateBucket(before, attempts, tasks, round)
  writeBucket(files.bucket, after)
  const now = new Set(after.map(({ task }) => task.id))
  return {
    ...{ size: after.length, hash: hash(after) },
    retried: before.filter(({ task }) => attempted.has(task.id)).length,
    left: before.filter(({ task }) => !now.has(task.id)).length,
  }
}
