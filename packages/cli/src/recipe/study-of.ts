import { availableParallelism } from 'node:os'
import type { Model } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import type { Study } from '@whetstone/studies/self-train/study.ts'

/** A recipe's first taskset, its backend and its numbers, for experiments that are no rounds. */
export function studyOf(
  { courses, backend, settings, sampling }: Recipe,
  model: Model,
  { name, folder, threads, signal }: { name: string; folder: string; threads: number | undefined; signal: AbortSignal },
): Study {
  const { seed, context, concurrency } = settings
  const { temperature: _, ...rest } = sampling
  return {
    ...{ name, folder, model, backend, seed, context, concurrency, signal },
    taskset: courses[0]!.taskset,
    sampling: rest,
    threads: threads ?? availableParallelism(),
  }
}
