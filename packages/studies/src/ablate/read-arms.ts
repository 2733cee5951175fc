import { BadInput, hash, range, suggest } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { setRecipe } from '@whetstone/recipe/set-recipe.ts'
import { z } from 'zod'
import { namedArms, usualArms } from './named-arms.ts'

/** One arm of an ablation: a name, and the recipe that it stands for. */
export type AblationArm = { name: string; about: string; recipe: Recipe }

/** A file of arms: names with settings as `--set` takes them, e.g. `{ "as-is": [], "one epoch": ["trainer.epochs=1"] }`. */
export const ArmsFile = z.record(z.string(), z.array(z.string()))

const nameRule = /^[A-Za-z0-9][\w.-]{0,31}$/

/** Arms from words: `no-filter` (a named one), or `NAME:PATH=VALUE,PATH=VALUE`; the usual ones where neither words nor file name any. Refuses unknown names and arms that are the same recipe. */
export async function readArms(recipe: Recipe, words: readonly string[], file: z.infer<typeof ArmsFile> = {}): Promise<AblationArm[]> {
  const named = words.length === 0 && Object.keys(file).length === 0 ? usualArms : words
  const asked = [
    ...named.map((word) => {
      const [, name, settings] = /^([^:]+)(?::(.*))?$/s.exec(word) ?? []
      return {
        name: (name ?? word).trim(),
        settings: settings
          ?.split(',')
          .map((text) => text.trim())
          .filter(Boolean),
      }
    }),
    ...Object.entries(file).map(([name, settings]) => ({
      name,
      settings: settings.length > 0 || !(name in namedArms) ? settings : undefined,
    })),
  ]
  const arms: AblationArm[] = []
  for (const { name, settings } of asked) {
    if (!nameRule.test(name))
      throw new BadInput(`${JSON.stringify(name)} cannot name an arm: use letters, digits, dot, dash and underscore, at most 32`)
    if (arms.some((arm) => arm.name === name)) throw new BadInput(`Arm ${name} is named twice: each needs a name of its own`)
    arms.push({ name, ...(await makeArm(recipe, name, settings)) })
  }
  if (arms.length < 2)
    throw new BadInput(
      `An ablation compares at least two arms, ${arms.length} given: name some with --arm. Known: ${Object.keys(namedArms).join(', ')}`,
    )
  const same = Map.groupBy(arms, (arm) => hash(describeRecipe(arm.recipe)))
  for (const equal of same.values())
    if (equal.length > 1)
      throw new BadInput(
        `Arms ${equal.map(({ name }) => name).join(' and ')} are the same recipe: what they would differ in is not set by any of them`,
      )
  return arms
}

async function makeArm(recipe: Recipe, name: string, settings: string[] | undefined): Promise<Omit<AblationArm, 'name'>> {
  if (settings === undefined) {
    const named = namedArms[name]
    if (!named)
      throw new BadInput(`No arm "${name}": ${suggest(name, Object.keys(namedArms), 'arms')}, or say what it changes: ${name}:PATH=VALUE`)
    return { about: named.about, recipe: named.change(recipe) }
  }
  const parsed = settings.map((text) => {
    const [, path, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? []
    if (path === undefined || value === undefined) throw new BadInput(`Arm ${name}: ${text}: give PATH=VALUE, e.g. trainer.epochs=1`)
    return { path: path.trim(), text: value, flag: `arm ${name}` }
  })
  return { about: settings.join(', ') || 'the recipe', recipe: await setRecipe(recipe, parsed) }
}

/** Seeds from text: `1-7` or `1,2,5`. Refuses repeated ones. */
export function readSeeds(text: string): number[] {
  const seeds = text.split(',').flatMap((part) => {
    const [, from, to] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? []
    if (from === undefined) throw new BadInput(`--seeds=${text}: give seeds like 1-7 or 1,2,5`)
    const [first, last] = [Number(from), Number(to ?? from)]
    if (last < first || last - first > 1000) throw new BadInput(`--seeds=${text}: ${part.trim()} counts no seeds up`)
    return range(first, last)
  })
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i)
  if (twice !== undefined) throw new BadInput(`--seeds=${text}: seed ${twice} is there twice, and would be counted as two runs`)
  return seeds
}
