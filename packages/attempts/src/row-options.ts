import { deriveSeed } from '@whetstone/core'
import { tasksetsOf } from '@whetstone/recipe/recipe.ts'
import type { RoundContext } from './round-context.ts'

/** How traces become training rows in this round. */
export function rowOptions({ recipe, seed, round, incumbent }: RoundContext) {
  const tasksets = tasksetsOf(recipe)
  return {
    memories: recipe.settings.memories,
    instruction: (taskset: string) => tasksets.get(taskset)?.instruction ?? null,
    seed: deriveSeed(seed, 'rows', round),
    vocabulary: incumbent.model.vocabulary,
  }
}
