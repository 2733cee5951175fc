import type { Backend, LanguageModel, Model, OpenOptions, Sampling, Teacher } from '@whetstone/core'
import { openModel } from '@whetstone/inference'
import { placebo } from '@whetstone/solvers/placebo.ts'
import { queued } from '@whetstone/inference/queue/queued.ts'
import type { Recipe } from './recipe.ts'

/** Who plays a role of the recipe: a model (null: the one that is being improved) with its backend, or a program. */
export type RoleModel =
  | {
      model: Model | null
      backend: Backend
      sampling?: Partial<Sampling>
      placebo?: 'gibberish' | 'shuffled'
      context?: number
      concurrency?: number
    }
  | Teacher
export type Roles = Readonly<Record<string, RoleModel>>

/** Opens the models of a recipe, each for its role. */
export type Models = {
  /** The recipe's own model for the role, else the given one on the recipe's backend. */
  open(role: string, model: Model, how?: Pick<OpenOptions, 'logprobs'>): Promise<LanguageModel>
  /** What stands behind the roles that a solver asks; those without a model of their own are the given one. */
  teachers(model: Model): Record<string, Teacher>
}

export function modelsOf(
  {
    backend,
    settings,
    queue,
    store,
  }: Pick<Recipe, 'backend'> &
    Partial<Pick<Recipe, 'queue' | 'store'>> & {
      settings: Pick<Recipe['settings'], 'concurrency' | 'context' | 'gpu'> & Partial<Pick<Recipe['settings'], 'date'>>
    },
  roles: Roles,
  how: Pick<OpenOptions, 'threads' | 'signal' | 'logFile' | 'spreadFile'>,
): Models {
  const { concurrency, context, gpu, date } = settings
  const open: Models['open'] = async (role, model, { logprobs } = {}) => {
    const played = roles[role]
    if (played && 'open' in played) return played.open()
    const use = { backend, ...played, model: played?.model ?? model }
    const elsewhere = queue && use.model.path !== null && { backend: queued(use.backend, { ...queue, store: queue.store ?? store?.url }) }
    return openModel({ ...use, ...elsewhere }, { concurrency, context, gpu, date, logprobs, ...how })
  }
  return {
    open,
    teachers: (model) =>
      Object.fromEntries(
        Object.entries(roles).map(([name, played]) => {
          const teacher = { name: 'open' in played ? played.name : (played.model?.name ?? name), open: () => open(name, model) }
          return [name, 'placebo' in played && played.placebo ? placebo(played.placebo, teacher) : teacher]
        }),
      ),
  }
}
