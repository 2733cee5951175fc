import { join } from 'node:path'
import { deriveSeed, range } from '@whetstone/core'
import { collect, evaluate } from '@whetstone/evaluation'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { modelsOf } from '@whetstone/recipe/models-of.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { showMemories } from '@whetstone/attempts/show-memories.ts'
import type { Checkpoint } from './checkpoints.ts'

export type Accuracy = {
  checkpoint: string
  step: number
  taskset: string
  level: number
  n: number
  passed: number
  rate: number
  ci: [number, number]
}

/**
 * Every checkpoint on the validation tasks of every taskset of a recipe, without memory: `limit` tasks a level, the same for all; courses
 * with levels go `beyond` levels past their first frontier.
 */
export async function accuracyTable(
  checkpoints: readonly Checkpoint[],
  recipe: Recipe,
  options: { folder: string; limit: number; beyond: number; signal?: AbortSignal },
): Promise<Accuracy[]> {
  const { folder, limit, beyond, signal } = options
  const { seed } = recipe.settings
  const models = modelsOf(recipe, {}, { signal })
  const groups = await Promise.all(
    recipe.courses.map(async ({ taskset, levels }) => {
      const climbed = levels && range(levels.from, levels.frontier + beyond)
      return taskset.load({ split: 'validation', seed, round: 1, limit, levels: climbed })
    }),
  )
  const rows: Accuracy[] = []
  for (const { step, name, model } of checkpoints) {
    const { traces } = await collect({
      run: 'models-score',
      round: 1,
      arm: 'accuracy',
      policy: { model: model.id, bank: null },
      groups: groups.map((tasks) => ({ tasks, samples: 1 })),
      seed: deriveSeed(seed, 'accuracy'),
      ...attemptPolicy(recipe, models, { role: 'incumbent', model, train: false }),
      show: showMemories(recipe, null, { seed, holdout: false, evaluation: true }),
      file: join(folder, `accuracy-${recipe.name}-${limit}-${beyond}-${model.id}.jsonl`),
      label: `attempt ${name}`,
      signal,
    })
    for (const { taskset, level, n, passed, passRate, ci } of await evaluate(traces, { model: 'incumbent', memory: false }))
      rows.push({ checkpoint: name, step, taskset, level, n, passed, rate: passRate, ci })
  }
  return rows
}
