import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Trainer } from '@whetstone/core'
import { BadInput, parseSettings, root, suggest } from '@whetstone/core'
import type { Stage } from '@whetstone/training/trainers/schedule.ts'
import schedule from '@whetstone/training/trainers/schedule.ts'
import type { z } from 'zod'
import { Recipe } from './recipe.ts'

const folder = 'loops/recipes'

/** Names of the recipes: the listing of loops/recipes is the registry. */
export const recipeNames = (): string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()

/** What a recipe that reads data of the user's may be told. */
export type RecipeOptions = { /** Folder or file of the task data. */ data?: string }

/** The file of a recipe by its name; BadInput with the names there are. */
export function findRecipe(name: string): string {
  const file = join(root, folder, `${name}.ts`)
  if (!/^[\w-]+$/.test(name) || !existsSync(file))
    throw new BadInput(`No recipe ${JSON.stringify(name)}: ${suggest(name, recipeNames(), 'recipes')}`)
  return file
}

/** Loads loops/recipes/<name>.ts, whose default export is the recipe, or a function that makes it where it reads the user's data. What is wrong with it is one line that names the file. */
export async function loadRecipe(name: string, options: RecipeOptions = {}): Promise<Recipe> {
  const file = findRecipe(name)
  let recipe: unknown
  try {
    ;({ default: recipe } = (await import(file)) as { default?: unknown })
    if (typeof recipe === 'function') recipe = (recipe as (options: RecipeOptions) => unknown)(options)
    else if (options.data !== undefined) throw new BadInput(`reads no data of yours: leave --data out`)
  } catch (error) {
    const said = (error as Error).message.split('\n')[0]
    throw new BadInput(`${folder}/${name}.ts: ${error instanceof BadInput ? said : `cannot be loaded (${said}): mend it`}`)
  }
  // A recipe that was spread from another is checked again.
  return parseSettings(Recipe, recipe, `${folder}/${name}.ts`)
}

/** Makes a recipe: every key and number is checked, defaults are filled in, and every role that the solver asks is named. */
export function defineRecipe(recipe: Omit<z.input<typeof Recipe>, 'trainer'> & { trainer: Trainer | null | readonly Stage[] }): Recipe {
  return checkRoles(parseSettings(Recipe, withSchedule(recipe), typeof recipe?.name === 'string' ? `recipe ${recipe.name}` : 'a recipe'))
}

/** A recipe's roles, its teachers among them. */
export const rolesOf = ({ roles, teachers }: Pick<Recipe, 'roles' | 'teachers'>): Recipe['roles'] => ({
  ...Object.fromEntries(Object.entries(teachers).filter(([, role]) => role !== undefined)),
  ...roles,
})

/** A training given as its stages, `[dpo(), verify(), sft()]`, is a schedule of them. */
function withSchedule<T>(recipe: T): T {
  const trainer = (recipe as { trainer?: unknown } | null)?.trainer
  return Array.isArray(trainer) ? { ...recipe, trainer: schedule({ stages: trainer as Stage[] }) } : recipe
}

/** A solver without its teacher is found before a run begins. */
export function checkRoles(recipe: Recipe): Recipe {
  const judged = recipe.courses.find(({ taskset }) => taskset.needsJudge)
  if (judged && !('judge' in recipe.roles))
    throw new BadInput(
      `recipe ${recipe.name}: task set ${judged.taskset.name} is graded by a judge, and roles name no such model: ${suggest('judge', Object.keys(recipe.roles), 'roles')}; add roles: { judge: { model: 'FILE.gguf' } }, or --set roles.judge.model=FILE.gguf`,
    )
  const stepwise = [recipe.solver, recipe.bucket?.solver].find((each) => each?.needsSteps)
  const unchecked = stepwise && recipe.courses.find(({ taskset }) => !taskset.verify)
  if (unchecked)
    throw new BadInput(
      `recipe ${recipe.name}: solver ${stepwise.name} goes by a check of steps, and task set ${unchecked.taskset.name} checks none: take the value "verdict" or "vote" (--set solver.value=vote), or other task sets`,
    )
  const roles = rolesOf(recipe)
  const solver = [recipe.solver, ...(recipe.bucket?.solver ? [recipe.bucket.solver] : [])].find((each) =>
    each.roles?.some((role) => !(role in roles)),
  )
  const missing = solver?.roles?.find((role) => !(role in roles))
  if (solver === undefined || missing === undefined) return recipe
  const place = missing === 'basic' || missing === 'advanced' ? 'teachers' : 'roles'
  throw new BadInput(
    `recipe ${recipe.name}: solver ${solver.name} asks "${missing}", and ${place} name no such model: ${suggest(missing, Object.keys(roles), 'roles')}; add ${place}: { ${/^\w+$/.test(missing) ? missing : `'${missing}'`}: { model: 'FILE.gguf' } }, or --set ${place}.${missing}.model=FILE.gguf`,
  )
}
