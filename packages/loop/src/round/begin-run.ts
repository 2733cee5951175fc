import type { Model } from '@whetstone/core'
import { BadInput } from '@whetstone/core'
import type { Incumbent, Run } from '@whetstone/runs'
import { bankTag, readIncumbent, readRun, writeIncumbent, writeRun } from '@whetstone/runs'
import type { Recipe } from '../recipe/recipe.ts'
import { describeRecipe } from '../recipe/recipe.ts'

/** Opens a run or begins it. A run belongs to one recipe, seed and base model; between rounds the recipe may change, and that is recorded. */
export function beginRun(run: string, recipe: Recipe, base: Model, seedGiven: boolean): { record: Run; incumbent: Incumbent } {
  const before = readRun(run)
  if (before && before.recipe !== recipe.name)
    throw new BadInput(`Run ${run} belongs to recipe ${before.recipe}, not ${recipe.name}: take another name with --run=NAME`)
  if (before && seedGiven && before.seed !== recipe.settings.seed)
    throw new BadInput(
      `Run ${run} has seed ${before.seed}, not ${recipe.settings.seed}: leave --seed out to go on with it, or take another name with --run=NAME`,
    )
  if (before && before.base !== base.id)
    throw new BadInput(`Run ${run} began with model ${before.base}, not ${base.id} (${base.name}): take another name with --run=NAME`)
  const incumbent: Incumbent = readIncumbent(run) ?? {
    round: 0,
    model: base,
    bank: recipe.memory ? bankTag(0) : null,
    best: [],
    frontier: null,
    looks: 0,
  }
  const record: Run = before ?? {
    run,
    recipe: recipe.name,
    seed: recipe.settings.seed,
    base: base.id,
    createdAt: new Date().toISOString(),
    recipes: [],
  }
  if (!before) {
    writeIncumbent(run, incumbent)
    writeRun(record)
  }
  return { record, incumbent }
}

/** Records the recipe that a round is run with, when it is not the last round's. */
export function recordRecipe(record: Run, round: number, recipe: Recipe): Run {
  const described = describeRecipe(recipe)
  if (JSON.stringify(record.recipes.at(-1)?.recipe) === JSON.stringify(described)) return record
  const next = { ...record, recipes: [...record.recipes.filter((entry) => entry.round < round), { round, recipe: described }] }
  writeRun(next)
  return next
}
