import { existsSync, readdirSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { Model, Taskset } from '@whetstone/core'
import { BadInput, root } from '@whetstone/core'
import { selectTasks } from '@whetstone/evaluation'
import { describeEndpoint, describeGguf } from '@whetstone/inference'
import openai from '@whetstone/inference/backends/openai.ts'
import type { Flags, Values } from '../command.ts'
import { loadRecipe } from '@whetstone/loop/recipe/load-recipe.ts'
import { pulledModel } from '../pull/pull-model.ts'
import type { Recipe, Settings } from '@whetstone/loop/recipe/recipe.ts'
import { Settings as SettingsSchema } from '@whetstone/loop/recipe/recipe.ts'
import type { RoundContext } from '@whetstone/loop/round/round-context.ts'

/** Flags that name a recipe and override its numbers. */
export const recipeFlags = {
  recipe: { type: 'string', default: 'tiny', about: 'a file of loops/recipes' },
  seed: { type: 'number', min: 0, about: "the run's seed, from which every other is derived" },
  limit: { type: 'number', min: 1, about: 'at most this many tasks of each split (and level)' },
  ids: { type: 'string', about: 'only these tasks, ids separated by commas' },
  'skip-ids': { type: 'string', about: 'not these tasks' },
  range: { type: 'string', about: 'only these places of each split and level, from:to, e.g. 100:200' },
  samples: { type: 'number', min: 1, max: 10000, about: 'attempts at each train task' },
  'eval-samples': { type: 'number', min: 1, max: 10000, about: 'attempts at each validation task (1: greedy)' },
  concurrency: { type: 'number', min: 1, max: 4096, about: 'sequences decoded at once' },
  threads: { type: 'number', min: 1, max: 1024, about: 'CPU threads (default: all cores)' },
  model: { type: 'file', about: 'GGUF file, models/<name>, or hf:owner/repo/file.gguf' },
  data: {
    type: 'file',
    about: "folder or file of the recipe's task data, where it reads any (gsm8k: a folder with its train and test rows)",
  },
  endpoint: {
    type: 'string',
    about:
      'OpenAI-compatible address; alone it serves the model, beside --model it makes the train attempts (a teacher). Its key comes from OPENAI_API_KEY',
  },
  'endpoint-model': { type: 'string', about: "the model's name at the endpoint (default: the first it lists)" },
} as const satisfies Flags
export type RecipeFlags = Values<typeof recipeFlags>

/** A recipe with the command line's overrides, and the model of round 1. */
export type Resolved = { recipe: Recipe; base: Model; teacher: RoundContext['teacher'] }

export async function resolveRecipe(flags: RecipeFlags): Promise<Resolved> {
  const loaded = await loadRecipe(flags.recipe, { data: flags.data })
  const capped = (tasks: number) => Math.min(flags.limit ?? Infinity, tasks)
  const recipe: Recipe = {
    ...loaded,
    model: flags.model ?? loaded.model,
    settings: overrideSettings(loaded.settings, flags),
    courses: loaded.courses.map((course) => ({
      ...course,
      taskset: narrow(course.taskset, flags),
      samples: flags.samples ?? course.samples,
      train: capped(course.train),
      validation: capped(course.validation),
      frontierTrain: course.frontierTrain && capped(course.frontierTrain),
    })),
  }
  if (flags.endpoint === undefined) return { recipe, base: await describeModel(recipe), teacher: null }
  const endpoint = { url: flags.endpoint, model: flags['endpoint-model'] }
  const served = await describeEndpoint(endpoint)
  const backend = openai(endpoint)
  // The weights are elsewhere: memory is measured and rows are exported, nothing can be trained.
  if (flags.model === undefined) return { recipe: { ...recipe, model: null, backend, trainer: null }, base: served, teacher: null }
  const { concurrency, context } = recipe.settings
  return {
    recipe,
    base: await describeModel(recipe),
    teacher: { model: served, open: () => backend.open(served, { concurrency, context }) },
  }
}

/** A taskset less what --ids, --skip-ids and --range leave out. Ids are looked for in every split and level, so one that is not in this one is no mistake. */
function narrow(taskset: Taskset, flags: RecipeFlags): Taskset {
  const list = (text: string | undefined) =>
    text
      ?.split(',')
      .map((id) => id.trim())
      .filter(Boolean)
  const [ids, skipIds] = [list(flags.ids), list(flags['skip-ids'])]
  if (!ids && !skipIds && flags.range === undefined) return taskset
  return {
    ...taskset,
    async load(request) {
      const tasks = await taskset.load(request)
      const here = ids?.filter((id) => tasks.some((task) => task.id === id))
      return selectTasks(tasks, { ids: here, skipIds, range: flags.range })
    },
  }
}

function overrideSettings(settings: Settings, flags: RecipeFlags): Settings {
  return SettingsSchema.parse({
    ...settings,
    seed: flags.seed ?? settings.seed,
    samples: flags.samples ?? settings.samples,
    evalSamples: flags['eval-samples'] ?? settings.evalSamples,
    concurrency: flags.concurrency ?? settings.concurrency,
  })
}

/** The card of the recipe's model; a hub address must have been pulled, and says how. */
async function describeModel({ name, model }: Recipe): Promise<Model> {
  if (model === null) throw new BadInput(`Recipe ${name} names no model: give --model=FILE.gguf or --endpoint=http://…`)
  return describeGguf(modelFile(model))
}

/** The file that a model's name stands for: a path from here or from the repository's root, or where models:pull puts it. */
export function modelFile(model: string): string {
  const pulled = pulledModel(model)?.path
  if (pulled) return pulled
  if (/^(hf|https?):/.test(model)) throw new BadInput(`${model} is not here yet: fetch it with \`npx nx run models:pull --model=${model}\``)
  const candidates = isAbsolute(model) ? [model] : [resolve(model), join(root, model)]
  const found = candidates.find((file) => existsSync(file)) ?? (candidates.at(-1) as string)
  if (!statSync(found, { throwIfNoEntry: false })?.isDirectory()) return found
  const inside = readdirSync(found).filter((file) => file.endsWith('.gguf'))
  if (inside.length !== 1)
    throw new BadInput(
      `${model} is a folder with ${inside.length === 0 ? 'no GGUF file' : `several (${inside.join(', ')})`}: name the file`,
    )
  return join(found, inside[0] as string)
}
