import type { Round } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe/recipe.ts'

/** The names of the levels of a recipe's task sets; undefined where none has any. */
export async function levelNamesOf({ courses }: Pick<Recipe, 'courses'>): Promise<Round['levelNames']> {
  const named = await Promise.all(
    courses.map(async ({ taskset }) => ({ taskset: taskset.name, names: (await taskset.levelNames?.()) ?? {} })),
  )
  const found = named.flatMap(({ taskset, names }) =>
    Object.entries(names).map(([level, name]) => ({ taskset, level: Number(level), name })),
  )
  return found.length > 0 ? found : undefined
}
