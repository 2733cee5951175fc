import type { Memory, Model, Task } from '@whetstone/core'
import type { CollectRequest } from '@whetstone/evaluation'
import type { Models } from './models-of.ts'
import { graderOf, offersOf, samplingOf, tasksetsOf, type Courses, type Recipe, type Settings } from './recipe.ts'

export type AttemptPolicy = Pick<
  CollectRequest,
  'solver' | 'sampling' | 'mayGrade' | 'grade' | 'verify' | 'hint' | 'teachers' | 'chunk' | 'open' | 'budget'
>

/** What a recipe, or an experiment, says of its attempts. */
export type Attempting = Courses &
  Pick<Recipe, 'solver' | 'sampling'> & { settings: Pick<Settings, 'evalSamples' | 'chunk'> & Partial<Pick<Settings, 'budget'>> }

/** The one way in which a model attempts tasks: in train collection (where grades may be seen), in arms, in experiments. */
export function attemptPolicy(
  recipe: Attempting,
  models: Models,
  as: { role: string; model: Model; train: boolean; logprobs?: boolean },
): AttemptPolicy {
  const { role, model, train, logprobs } = as
  return {
    solver: recipe.solver,
    sampling: samplingOf(recipe, train ? 'train' : 'arms'),
    mayGrade: train,
    grade: graderOf(recipe),
    ...offersOf(recipe),
    teachers: models.teachers(model),
    chunk: recipe.settings.chunk,
    budget: recipe.settings.budget,
    open: () => models.open(role, model, { logprobs }),
  }
}

/** The system message of an attempt: the taskset's instruction and the memories shown; null when there is neither. */
export function systemMessage(recipe: Courses & Pick<Recipe, 'memory'>): (task: Task, shown: readonly Memory[]) => string | null {
  const tasksets = tasksetsOf(recipe)
  return (task, shown) => {
    const parts = [tasksets.get(task.taskset)?.instruction, shown.length > 0 ? recipe.memory?.render(shown) : undefined]
    const said = parts.filter((part) => part !== undefined)
    return said.length > 0 ? said.join('\n\n') : null
  }
}
