import { useAccelerator } from './use-accelerator.ts'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Model, Setting, Taskset } from '@whetstone/core'
import { BadInput, Gpu, nearest, root, useOf } from '@whetstone/core'
import { selectTasks } from '@whetstone/evaluation'
import { type Bedrock, describeBedrock, describeEndpoint, describeGguf, type Endpoint } from '@whetstone/inference'
import endpoints from '@whetstone/inference/backends/endpoints.ts'
import openai from '@whetstone/inference/backends/openai.ts'
import { checkRoles, loadRecipe, rolesOf } from '@whetstone/recipe/load-recipe.ts'
import type { RoleModel, Roles } from '@whetstone/recipe/models-of.ts'
import type { Course, Recipe } from '@whetstone/recipe/recipe.ts'
import { setRecipe } from '@whetstone/recipe/set-recipe.ts'
import { QueueSettings } from '@whetstone/inference/queue/queue-settings.ts'
import { StoreSettings } from '@whetstone/store'
import type { Flags, Values } from '../command.ts'
import { endpointTeachers, teacherFlags } from './endpoint-teachers.ts'
import { pulledModel } from '../pull/pull-model.ts'

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
    type: 'list',
    about:
      'OpenAI-compatible address; alone it serves the model, beside --model it makes the train attempts (a teacher). Several (--endpoint=A --endpoint=B) that serve one model share the work. Its key comes from OPENAI_API_KEY',
  },
  solver: { type: 'string', about: 'another way of attempting: a file of packages/solvers/src/solvers' },
  trainer: { type: 'string', about: 'another trainer: a file of packages/training/src/trainers, or null for none' },
  gate: { type: 'string', about: 'another gate: a file of packages/gates/src/gates' },
  backend: { type: 'string', about: 'what runs the model: a file of packages/inference/src/backends' },
  embedder: { type: 'string', about: 'another embedder: a file of packages/inference/src/embedders' },
  reflector: { type: 'string', about: 'another reflector: a file of packages/memory/src/reflectors' },
  set: {
    type: 'list',
    about: 'any setting of the recipe or of a plug-in: --set solver.n=8 --set trainer.loraRank=16 (loops:help settings lists them)',
  },
  gpu: { type: 'string', choices: Gpu.options, about: 'accelerator of sampling, scoring, training and embedding (default auto)' },
  queue: {
    type: 'string',
    about: 'sample by workers on other machines: redis://host:6379 (rediss:// for TLS); start them with loops:worker',
  },
  store: { type: 'string', about: 'mirror the run there: a shared folder, or s3://bucket/prefix; loops:restore brings it back' },
  ...teacherFlags,
  'endpoint-model': { type: 'string', about: "the model's name at the endpoint (default: the first it lists)" },
} as const satisfies Flags
export type RecipeFlags = Values<typeof recipeFlags>

/** A recipe with the command line's overrides, the model of round 1, and those of its roles. `ledger`: where it is kept what endpoint teachers cost. */
export type Resolved = { recipe: Recipe; base: Model; roles: Roles }

export async function resolveRecipe(flags: RecipeFlags, { ledger }: { ledger?: string } = {}): Promise<Resolved> {
  const resolved = await fromFlags(flags, ledger)
  const { settings } = resolved.recipe
  const gpu = await useAccelerator(settings.gpu, resolved.base)
  return gpu === settings.gpu ? resolved : { ...resolved, recipe: { ...resolved.recipe, settings: { ...settings, gpu } } }
}

async function fromFlags(flags: RecipeFlags, ledger: string | undefined): Promise<Resolved> {
  const loaded = await loadRecipe(flags.recipe, { data: flags.data })
  const set = await setRecipe(loaded, settingsOf(flags, loaded))
  const capped = (tasks: number) => Math.min(flags.limit ?? Infinity, tasks)
  const recipe: Recipe = checkRoles({
    ...set,
    model: flags.model ?? set.model,
    queue: flags.queue === undefined && !set.queue ? undefined : QueueSettings.parse({ ...set.queue, url: flags.queue ?? set.queue?.url }),
    store: flags.store === undefined && !set.store ? undefined : StoreSettings.parse({ ...set.store, url: flags.store ?? set.store?.url }),
    teachers: { ...set.teachers, ...endpointTeachers(flags, { concurrency: set.settings.concurrency }, ledger) },
    // few tasks are few in the watch for collapse too
    settings: { ...set.settings, probe: { ...set.settings.probe, tasks: capped(set.settings.probe.tasks) } },
    courses: set.courses.map((course) => ({
      ...narrow(course, flags),
      samples: flags.samples ?? course.samples,
      train: capped(course.train),
      validation: capped(course.validation),
      // shared out it could come to more a level than the limit
      guarded: flags.limit === undefined ? course.guarded : undefined,
      frontierTrain: course.frontierTrain && capped(course.frontierTrain),
    })),
  })
  const roles = await resolveRoles(recipe)
  const own = useOf(recipe.backend)
  const [first, ...others] = (flags.endpoint ?? []).map((url): Endpoint => ({ url, model: flags['endpoint-model'] }))
  const elsewhere = !first && recipe.model === null && own ? served(own) : null
  if (elsewhere) return { recipe: { ...recipe, trainer: null }, base: await elsewhere, roles }
  if (!first) return { recipe, base: await describeModel(recipe, flags), roles }
  const base = await describeEndpoint(first)
  const backend = others.length === 0 ? openai(first) : endpoints({ endpoints: [first, ...others] })
  // The weights are elsewhere: memory is measured and rows are exported, nothing can be trained.
  if (flags.model === undefined) return { recipe: { ...recipe, model: null, backend, trainer: null }, base, roles }
  // Beside weights that are here it is a teacher.
  return { recipe, base: await describeModel(recipe, flags), roles: { ...roles, attempts: { model: base, backend } } }
}

/** The model that a backend serves, where the weights are elsewhere; of several endpoints the first says it. Null for backends of weights that are here. */
function served({ plugin, settings }: NonNullable<ReturnType<typeof useOf>>, model?: string): Model | Promise<Model> | null {
  if (plugin.name === 'bedrock') return describeBedrock(settings as Bedrock)
  const endpoint = plugin.name === 'openai' ? (settings as Endpoint) : (settings as { endpoints?: Endpoint[] }).endpoints?.[0]
  return endpoint ? describeEndpoint({ url: endpoint.url, keyVariable: endpoint.keyVariable, model: model ?? endpoint.model }) : null
}

/** Flags that name plug-ins and numbers, and every --set, in that order. */
function settingsOf(flags: RecipeFlags, { memory }: Recipe): Setting[] {
  const named = (flag: keyof RecipeFlags, path: string): Setting[] =>
    flags[flag] === undefined ? [] : [{ path, text: String(flags[flag]), flag: `--${flag}=${String(flags[flag])}` }]
  for (const flag of ['embedder', 'reflector'] as const)
    if (flags[flag] !== undefined && memory === null) throw new BadInput(`--${flag}=${flags[flag]}: recipe ${flags.recipe} has no memory`)
  return [
    ...named('solver', 'solver'),
    ...named('trainer', 'trainer'),
    ...named('gate', 'gate'),
    ...named('backend', 'backend'),
    ...named('embedder', 'memory.embedder'),
    ...named('reflector', 'memory.reflector'),
    ...named('gpu', 'settings.gpu'),
    ...named('seed', 'settings.seed'),
    ...named('samples', 'settings.samples'),
    ...named('eval-samples', 'settings.evalSamples'),
    ...named('concurrency', 'settings.concurrency'),
    ...(flags.set ?? []).map((text) => {
      const [, path, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? []
      if (path === undefined || value === undefined) throw new BadInput(`--set ${text}: give NAME=VALUE, e.g. --set solver.n=8`)
      return { path: path.trim(), text: value, flag: `--set ${path.trim()}` }
    }),
  ]
}

/** The models of a recipe's roles, each looked at before a run begins. */
export async function resolveRoles(recipe: Recipe): Promise<Roles> {
  const entries = Object.entries(rolesOf(recipe)).map(async ([name, role]): Promise<[string, RoleModel]> => {
    if ('open' in role) return [name, role]
    const { model, backend = recipe.backend, ...how } = role
    const made = useOf(backend)
    // An endpoint says itself what it serves; a role without a model is the incumbent, sampled in another way.
    const described = made ? served(made, model) : null
    const weights = model === undefined ? null : describeGguf(modelFile(model, `recipe ${recipe.name}: roles.${name}.model`))
    return [name, { ...how, backend, model: await (described ?? weights) }]
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** A course less what --ids, --skip-ids and --range leave out, and what the recipe itself does. */
function narrow(course: Course, flags: RecipeFlags): Course {
  const list = (text: string | undefined) =>
    text
      ?.split(',')
      .map((id) => id.trim())
      .filter(Boolean)
  const only = {
    ids: list(flags.ids) ?? course.only?.ids,
    skipIds: list(flags['skip-ids']) ?? course.only?.skipIds,
    range: flags.range ?? course.only?.range,
  }
  if (!only.ids && !only.skipIds && only.range === undefined) return course
  return { ...course, only, taskset: part(course.taskset, only) }
}

/** Ids are looked for in every split and level, so one that is not in this one is no mistake. */
function part(taskset: Taskset, { ids, skipIds, range }: NonNullable<Course['only']>): Taskset {
  return {
    ...taskset,
    async load(request) {
      const tasks = await taskset.load(request)
      const here = ids?.filter((id) => tasks.some((task) => task.id === id))
      return selectTasks(tasks, { ids: here, skipIds, range })
    },
  }
}

/** The card of the recipe's model; a hub address must have been pulled, and says how. */
async function describeModel({ name, model }: Recipe, flags: RecipeFlags): Promise<Model> {
  if (model === null) throw new BadInput(`Recipe ${name} names no model: give --model=FILE.gguf or --endpoint=http://…`)
  return describeGguf(modelFile(model, flags.model === undefined ? `loops/recipes/${flags.recipe}.ts: model` : '--model'))
}

/** The file that a model's name stands for: a path from here or from the repository's root, or where models:pull puts it. `where` says who named it. */
export function modelFile(model: string, where = '--model'): string {
  const pulled = pulledModel(model)?.path
  if (pulled) return pulled
  if (/^(hf|https?):/.test(model))
    throw new BadInput(`${where}: ${model} is not here yet: fetch it with \`npx nx run models:pull --model=${model}\``)
  const candidates = isAbsolute(model) ? [model] : [resolve(model), join(root, model)]
  const found = candidates.find((file) => existsSync(file))
  if (found !== undefined) return statSync(found).isDirectory() ? onlyGguf(found, where) : found
  const near = nearFile(candidates.at(-1) as string)
  throw new BadInput(
    `${where}: ${model} not found${near === null ? ': give' : `: did you mean ${relative(root, near)}? Give`} the path of a .gguf file, or fetch one with \`npx nx run models:pull --model=hf:owner/repo/file.gguf\``,
  )
}

/** The model of a folder that holds one. */
function onlyGguf(folder: string, where: string): string {
  const inside = readdirSync(folder).filter((file) => file.endsWith('.gguf'))
  if (inside.length === 1) return join(folder, inside[0] as string)
  const what = inside.length === 0 ? 'no GGUF file' : `several (${inside.join(', ')})`
  throw new BadInput(`${where}: ${folder} is a folder with ${what}: name the file`)
}

/** A GGUF of a like name beside a file that is not there, in its folder or in one of a like name. */
function nearFile(file: string): string | null {
  const names = (folder: string, wanted: (name: string) => boolean) => (existsSync(folder) ? readdirSync(folder).filter(wanted) : [])
  const folder = dirname(file)
  const holdsModel = (name: string) =>
    statSync(join(folder, name)).isDirectory() && names(join(folder, name), (inside) => inside.endsWith('.gguf')).length > 0
  const beside = file.endsWith('.gguf') ? null : nearest(basename(file), names(folder, holdsModel))
  if (beside !== null) return join(folder, beside)
  const sibling = existsSync(folder)
    ? folder
    : join(
        dirname(folder),
        nearest(
          basename(folder),
          names(dirname(folder), () => true),
        ) ?? '',
      )
  if (!existsSync(sibling)) return null
  const ggufs = names(sibling, (name) => name.endsWith('.gguf'))
  const name = nearest(basename(file), ggufs) ?? (ggufs.length === 1 ? ggufs[0] : null)
  return name ? join(sibling, name) : null
}
