import { join } from 'node:path'
import type { Decision, Evaluation, LevelName, Model, Role, Task } from '@whetstone/core'
import { BadInput, deriveSeed, range } from '@whetstone/core'
import { collect, evaluate } from '@whetstone/evaluation'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { modelsOf, type Roles } from '@whetstone/recipe/models-of.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { showMemories } from './show-memories.ts'

export type JudgeModels = {
  recipe: Recipe
  roles: Roles
  incumbent: Model
  candidate: Model
  /** Levels of the courses that are climbed; absent: from each course's first to its frontier. */
  levels?: readonly number[]
  /** What the one test is on; the other levels are guarded. Empty: all levels. */
  frontier: readonly LevelName[]
  /** Where the attempts lie: the same call goes on there. */
  folder: string
  threads?: number
  signal: AbortSignal
}
export type Judged = { decision: Decision; evaluations: Evaluation[] }

/**
 * Any two models on a recipe's validation tasks, the same tasks with the same seeds and without memory, judged by the recipe's gate as a round's
 * first look. No run knows of it: asking often and keeping the best answer is not what its alpha holds for.
 */
export async function judgeModels({
  recipe,
  roles,
  incumbent,
  candidate,
  levels,
  frontier,
  folder,
  threads,
  signal,
}: JudgeModels): Promise<Judged> {
  const { seed } = recipe.settings
  const groups = await Promise.all(
    recipe.courses.map(({ taskset, levels: climbed, validation }): Promise<Task[]> => {
      const own = climbed && (levels ?? range(climbed.from, climbed.frontier))
      return taskset.load({ split: 'validation', seed, round: 1, limit: validation, levels: own })
    }),
  )
  if (groups.every((tasks) => tasks.length === 0)) throw new BadInput(`Recipe ${recipe.name} has no validation tasks to judge by`)
  const models = modelsOf(recipe, roles, { signal, threads, logFile: join(folder, 'sample.log') })
  const evaluations: Evaluation[] = []
  const arms: [Role, Model][] = [
    ['incumbent', incumbent],
    ['candidate', candidate],
  ]
  for (const [role, model] of arms) {
    const { traces } = await collect({
      run: 'gate',
      round: 1,
      arm: 'validation',
      policy: { model: model.id, bank: null },
      groups: groups.map((tasks) => ({ tasks, samples: recipe.settings.evalSamples })),
      seed,
      ...attemptPolicy(recipe, models, { role, model, train: false }),
      show: showMemories(recipe, null, { seed, holdout: false, evaluation: true }),
      file: join(folder, `${role}.jsonl`),
      label: role,
      signal,
    })
    evaluations.push(...(await evaluate(traces, { model: role, memory: false })))
  }
  const known = frontier.filter(({ taskset, level }) => evaluations.some((each) => each.taskset === taskset && each.level === level))
  if (known.length < frontier.length) {
    const there = [...new Set(evaluations.map(({ taskset, level }) => `${taskset}:${level}`))]
    const missing = frontier.find((each) => !known.includes(each)) as LevelName
    throw new BadInput(`--frontier=${missing.taskset}:${missing.level} was not attempted. Levels: ${there.join(', ')}`)
  }
  const decision = recipe.gate.decide({
    evaluations,
    references: [],
    frontier,
    memory: false,
    bank: null,
    looks: [],
    stopped: null,
    seed: deriveSeed(seed, 'gate', 1),
  })
  return { decision, evaluations }
}
