import { describeUse } from '@whetstone/core'
import type { Recipe } from './recipe.ts'

/** What of a recipe decides its results, as plain data for fingerprints, for the record of a run and for pages. What only decides how fast it goes is left out. */
export function describeRecipe(recipe: Recipe): Record<string, unknown> {
  const { concurrency: _concurrency, gpu: _gpu, ...settings } = recipe.settings
  const { about: _about, queue: _queue, store: _store, courses, ...rest } = recipe
  return {
    ...(describeUse({ ...rest, settings }) as Record<string, unknown>),
    courses: courses.map(({ taskset, ...course }) => ({
      taskset: { ...(describeUse(taskset) as object), name: taskset.name, instruction: taskset.instruction },
      ...course,
    })),
  }
}
