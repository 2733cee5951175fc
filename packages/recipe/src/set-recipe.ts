import { changeSetting, type Setting } from '@whetstone/core'
import { Recipe } from './recipe.ts'

/** A recipe with settings of any of its parts and plug-ins changed, each checked by the schema of what it belongs to. */
export async function setRecipe(recipe: Recipe, settings: readonly Setting[]): Promise<Recipe> {
  let changed: Recipe = recipe
  for (const [place, setting] of settings.entries())
    changed = (await changeSetting(changed, Recipe, setting, settings.slice(place + 1))) as Recipe
  return changed
}
