import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { BadInput, paths, readJson, writeJson } from '@whetstone/core'
import { z } from 'zod'
import type { Recipe } from '../recipe/recipe.ts'
import { describeRecipe } from '../recipe/recipe.ts'
import { Incumbent } from './round-context.ts'
import { bankTag } from './reflect-round.ts'

/** reports/<run>/run.json: whose run this is. */
export const Run = z.object({
  run: z.string(),
  recipe: z.string(),
  seed: z.number().int(),
  base: z.string(),
  createdAt: z.string(),
  recipes: z.array(z.object({ round: z.number().int(), recipe: z.unknown() })),
})
export type Run = z.infer<typeof Run>

const runFile = (run: string) => join(paths.reports(run), 'run.json')
const incumbentFile = (run: string) => join(paths.checkpoints(run), 'incumbent.json')

/** A run name becomes folders: letters, digits, dot, dash, underscore. */
export function checkRunName(run: string): string {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(run))
    throw new BadInput(`"${run}" cannot name a run: use letters, digits, dot, dash and underscore, at most 64`)
  return run
}

export const readRun = (run: string): Run | null => (existsSync(runFile(run)) ? readJson(runFile(run), Run) : null)
export const readIncumbent = (run: string): Incumbent | null =>
  existsSync(incumbentFile(run)) ? readJson(incumbentFile(run), Incumbent) : null
export const writeIncumbent = (run: string, incumbent: Incumbent): void => writeJson(incumbentFile(run), incumbent)

/** Opens a run or begins it. A run belongs to one recipe, seed and base model; between rounds the recipe may change, and that is recorded. */
export function openRun(run: string, recipe: Recipe, base: Model, seedGiven: boolean): { record: Run; incumbent: Incumbent } {
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
    solved: [],
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
    writeJson(runFile(run), record)
  }
  return { record, incumbent }
}

/** Records the recipe that a round is run with, when it is not the last round's. */
export function recordRecipe(record: Run, round: number, recipe: Recipe): Run {
  const described = describeRecipe(recipe)
  if (JSON.stringify(record.recipes.at(-1)?.recipe) === JSON.stringify(described)) return record
  const next = { ...record, recipes: [...record.recipes.filter((entry) => entry.round < round), { round, recipe: described }] }
  writeJson(runFile(record.run), next)
  return next
}
