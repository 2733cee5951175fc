import { join } from 'node:path'
import type { Evaluation, Model, Task } from '@whetstone/core'
import { collect, evaluate } from '@whetstone/evaluation'
import { openBank } from '@whetstone/memory'
import { roundFiles, runFiles } from '@whetstone/runs'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { modelsOf, type Roles } from '@whetstone/recipe/models-of.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { showMemories } from './show-memories.ts'

/** Weights and the tag of a run's bank (null: no memory). */
export type Measured = { model: Model; bank: string | null }
export type MeasureOptions = {
  recipe: Recipe
  /** Models of the recipe's roles. */
  roles?: Roles
  run: string
  groups: readonly (readonly Task[])[]
  /** Name of the file of traces, below datasets/<run>/test/: a measurement that was stopped goes on there. */
  name: string
  threads?: number
  signal: AbortSignal
}

/** Test tasks of a recipe: of climbed courses the levels from the first to `top`, of others all; at most `limit` a level. No gate and no training sees them. */
export async function testTasks(recipe: Recipe, { limit, top, seed }: { limit: number; top?: number; seed: number }): Promise<Task[][]> {
  const groups = await Promise.all(
    recipe.courses.map(({ taskset, levels }) => {
      const last = top ?? levels?.frontier ?? 0
      const wanted = levels && Array.from({ length: Math.max(1, last - levels.from + 1) }, (_, i) => levels.from + i)
      return taskset.load({ split: 'test', seed, round: 1, limit, levels: wanted })
    }),
  )
  return groups.filter((tasks) => tasks.length > 0)
}

/** One greedy attempt at each test task (as many as the recipe says) by a pair of weights and bank: one evaluation for each taskset and level. */
export async function measurePolicy({ model, bank }: Measured, options: MeasureOptions): Promise<Evaluation[]> {
  const { recipe, roles = {}, run, groups, name, threads, signal } = options
  const { seed, gpu, evalSamples } = recipe.settings
  await using embedder = bank !== null && recipe.memory ? await recipe.memory.embedder.open({ gpu, signal }) : null
  const store =
    bank === null ? null : await openBank({ uri: runFiles(run).bank, embedder, tag: bank, minSimilarity: recipe.memory?.threshold })
  await using _store = store ?? { [Symbol.asyncDispose]: async () => {} }
  const models = modelsOf(recipe, roles, { threads, signal, logFile: roundFiles(run, 0).sampleLog })
  const { traces } = await collect({
    ...attemptPolicy(recipe, models, { role: 'incumbent', model, train: false }),
    run,
    round: 1,
    arm: 'test',
    policy: { model: model.id, bank },
    groups: groups.map((tasks) => ({ tasks: [...tasks], samples: evalSamples })),
    seed,
    show: showMemories(recipe, store, { seed, holdout: false, evaluation: true }),
    file: join(runFiles(run).datasets, 'test', `${name}.jsonl`),
    label: `test ${name}`,
    signal,
  })
  return evaluate(traces, { model: 'incumbent', memory: bank !== null })
}
