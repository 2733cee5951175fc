import type { Model } from '@whetstone/core'
import { BadInput, hash, writeJson } from '@whetstone/core'
import type { Incumbent, Run } from '@whetstone/runs'
import { bankTag, checkIncumbent, readIncumbent, readRun, roundFiles, writeIncumbent, writeRun } from '@whetstone/runs'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { taskContents } from '@whetstone/attempts/freeze-tasks.ts'

/** Opens a run or begins it. A run belongs to one recipe, seed and base model; between rounds the recipe may change, and that is recorded. */
export function beginRun(run: string, recipe: Recipe, base: Model, seedGiven: boolean): { record: Run; incumbent: Incumbent } {
  checkIncumbent(run)
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
    writeJson(roundFiles(run, 0).served, incumbent)
    writeIncumbent(run, incumbent)
    writeRun(record)
  }
  return { record, incumbent }
}

/** Records the recipe that a round is run with and the content of its task files, when they are not the last round's. */
export async function recordRecipe(record: Run, round: number, recipe: Recipe): Promise<Run> {
  const [described, tasks] = [describeRecipe(recipe), await taskContents(recipe)]
  const last = record.recipes.at(-1)
  if (last && hash([last.recipe, last.tasks]) === hash([described, tasks])) return record
  if (last && last.round < round)
    for (const [name, content] of Object.entries(tasks))
      if (last.tasks[name] !== undefined && last.tasks[name] !== content)
        process.stderr.write(`The tasks of ${name} are other ones than in round ${last.round}: recorded in run.json\n`)
  const next = { ...record, recipes: [...record.recipes.filter((entry) => entry.round < round), { round, recipe: described, tasks }] }
  writeRun(next)
  return next
}
