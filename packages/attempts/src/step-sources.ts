import { hash, pluginFolder, useOf, type PluginKind } from '@whetstone/core'
import { sourceHash } from '@whetstone/runs'
import { relative, join } from 'node:path'
import { root } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe/recipe.ts'

/** Whose sources decide what each step makes, beside the step's own file. How pages look and where files lie decide nothing. */
const rooms = {
  attempt: ['core', 'similarity', 'grading', 'tasks', 'inference', 'solvers', 'memory', 'evaluation'],
  reflect: ['core', 'similarity', 'statistics', 'memory'],
  harvest: ['core', 'similarity', 'harvest', 'datasets', 'evaluation'],
  train: ['core', 'training'],
  micro: ['core', 'similarity', 'grading', 'tasks', 'inference', 'solvers', 'memory', 'evaluation', 'harvest', 'datasets', 'training'],
  decide: ['core', 'statistics', 'evaluation', 'gates'],
}

/**
 * Hash of the sources that a step of a recipe uses: of its own files (from the repository's root), and of what the recipe imports from the step's rooms. A file that nothing
 * imports, a new solver say, changes nothing.
 */
export function stepSources(recipe: Recipe, room: keyof typeof rooms, own: readonly string[]): string {
  const within = rooms[room]
  return hash([
    sourceHash(own, { within: [...within, 'recipe', 'attempts', 'loop', 'gates', 'studies'] }),
    sourceHash([join('loops/recipes', `${recipe.name}.ts`), ...pluginFiles(recipe)], { within }),
  ])
}

/** The file of the recipe's gate, which also judges the bank between two arms. */
export const gateFile = (recipe: Recipe): string => pluginFile('gates', recipe.gate) ?? join('loops/recipes', `${recipe.name}.ts`)

/** Files of the plug-ins that the recipe was made with, which a flag may have put there in place of the recipe's. */
function pluginFiles(recipe: Recipe): string[] {
  const things: [PluginKind, unknown][] = [
    ['backends', recipe.backend],
    ['solvers', recipe.solver],
    ['solvers', recipe.bucket?.solver],
    ['trainers', recipe.trainer],
    ['reflectors', recipe.memory?.reflector],
    ['gates', recipe.gate],
    ...recipe.courses.map(({ taskset }): [PluginKind, unknown] => ['tasksets', taskset]),
    ...recipe.harvest.map((filter): [PluginKind, unknown] => ['filters', filter]),
    ...recipe.formats.map((format): [PluginKind, unknown] => ['formats', format]),
  ]
  return things.flatMap(([kind, thing]) => pluginFile(kind, thing) ?? [])
}

/** The file of the plug-in that made a thing, from the repository's root. */
export function pluginFile(kind: PluginKind, thing: unknown): string | null {
  const made = useOf(thing)
  return made ? relative(root, join(pluginFolder(kind), `${made.plugin.name}.ts`)) : null
}
