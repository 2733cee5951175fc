import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, root, suggest } from '@whetstone/core'
import type { Recipe } from './recipe.ts'
import { Settings } from './recipe.ts'

const folder = join(root, 'loops/recipes')

/** Names of the recipes: the listing of loops/recipes is the registry. */
export const recipeNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()

/** What a recipe that reads data of the user's may be told. */
export type RecipeOptions = { /** Folder or file of the task data. */ data?: string }

/** Loads loops/recipes/<name>.ts, whose default export is the recipe, or a function that makes it where it reads the user's data. */
export async function loadRecipe(name: string, options: RecipeOptions = {}): Promise<Recipe> {
  if (!/^[\w-]+$/.test(name) || !existsSync(join(folder, `${name}.ts`)))
    throw new BadInput(`No recipe ${JSON.stringify(name)}: ${suggest(name, recipeNames(), 'recipes')}`)
  const { default: recipe } = (await import(join(folder, `${name}.ts`))) as { default: Recipe | ((options: RecipeOptions) => Recipe) }
  if (typeof recipe === 'function') return recipe(options)
  if (options.data !== undefined) throw new BadInput(`Recipe ${name} reads no data of yours: leave --data out`)
  return recipe
}

/** Makes a recipe: its numbers are checked and filled with the defaults. */
export function defineRecipe(recipe: Omit<Recipe, 'settings'> & { settings: Partial<Settings> }): Recipe {
  return { ...recipe, settings: Settings.parse(recipe.settings) }
}
