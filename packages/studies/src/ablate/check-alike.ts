import { BadInput, hash, type Model } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { toolStamp } from '@whetstone/native'
import { sourceHash } from '@whetstone/runs'
import type { AblationResult } from './ablation-result.ts'
import type { AblationArm } from './read-arms.ts'

/** Packages whose sources decide what a run comes to. */
const rooms = [
  ...['attempts', 'core', 'datasets', 'evaluation', 'gates', 'grading', 'harvest', 'inference', 'loop', 'memory'],
  ...['recipe', 'runs', 'similarity', 'solvers', 'statistics', 'tasks', 'training'],
]

/** Hashes of the sources that run a recipe, by package, of the recipe's own file, and of the native tools. */
export function versionsOf({ name }: Pick<Recipe, 'name'>): Record<string, string> {
  const files = [`loops/recipes/${name}.ts`, 'packages/loop/src/round/cycle.ts', 'packages/attempts/src/measure-policy.ts']
  return Object.fromEntries([
    ...rooms.map((room) => [`packages/${room}`, sourceHash(files, { within: [room] })]),
    ['tools', hash(toolStamp())],
  ])
}

/** Results of other code, another recipe or model, or of other numbers of rounds and tasks cannot stand in one table. */
export function checkAlike(
  result: AblationResult,
  { name, base, rounds, tasks, top = null }: { name: string; base: Pick<Model, 'id'>; rounds: number; tasks: number; top?: number | null },
  { arm, versions }: { arm: AblationArm; versions: Record<string, string> },
): void {
  const changed = Object.keys(versions).filter((part) => result.versions[part] !== versions[part])
  const differs = [
    ...(changed.length === 0 ? [] : [`by other code (${changed.join(', ')})`]),
    ...(result.recipe === hash(describeRecipe(arm.recipe)) ? [] : ['with other settings of the arm']),
    ...(result.model === base.id ? [] : [`from model ${result.model}, now ${base.id}`]),
    ...(result.promoted.length === rounds ? [] : [`for ${result.promoted.length} rounds, now ${rounds}`]),
    ...(result.tasks === tasks ? [] : [`with ${result.tasks} test tasks a level, now ${tasks}`]),
    ...(result.top === top ? [] : [`up to level ${result.top ?? 'of the recipe'}, now ${top ?? 'of the recipe'}`]),
  ]
  if (differs.length === 0) return
  throw new BadInput(
    `${name}: arm ${result.arm} with seed ${result.seed} was run ${differs.join(' and ')}: unlike runs are not compared. Begin anew with --name=NEW, or go back to what ran it`,
  )
}
