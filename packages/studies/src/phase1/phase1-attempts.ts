import { join } from 'node:path'
import type { Memory, Model, Sampling, Solver, Task, Taskset } from '@whetstone/core'
import { collect, type Collected } from '@whetstone/evaluation'
import { attemptPolicy, systemMessage } from '@whetstone/recipe/attempt-policy.ts'
import type { Models } from '@whetstone/recipe/models-of.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'

export type Phase1Work = {
  recipe: Recipe
  run: string
  seed: number
  base: Model
  /** Traces of every arm lie here. */
  folder: string
  models: Models
  learning: Solver | undefined
  signal: AbortSignal
}
export type Phase1Arm = {
  /** Name of the arm's file, and of the bank in its policy; `null` bank for none. */
  name: string
  bank: string | null
  label: string
  taskset: Taskset
  tasks: readonly Task[]
  samples: number
  sampling: Sampling
  /** Train attempts may see their grades (best-of-n, revise) and have seeds of their own. */
  train: boolean
  /** Memories shown in an attempt. */
  memories: (task: Task, sample: number) => readonly Memory[]
}

/** Attempts one arm. All test arms share their seeds, so that a task differs between them in nothing but what it is shown. What is there is kept. */
export async function attemptPhase1(work: Phase1Work, arm: Phase1Arm): Promise<Collected> {
  const { recipe, run, seed, base, folder, models, signal } = work
  const system = systemMessage(recipe)
  return collect({
    run: `${run}/phase1`,
    round: 1,
    arm: arm.train ? 'train' : 'test',
    policy: { model: base.id, bank: arm.bank },
    groups: [{ tasks: arm.tasks, samples: arm.samples, ...(arm.train && work.learning ? { solver: work.learning } : {}) }],
    seed,
    ...attemptPolicy(recipe, models, { role: 'incumbent', model: base, train: arm.train }),
    sampling: arm.sampling,
    show: async (attempts) =>
      attempts.map(({ task, sample }) => {
        const shown = arm.memories(task, sample)
        return { system: system(task, shown), shown: shown.map(({ id }) => id), withheld: [] }
      }),
    file: join(folder, `${arm.name}.jsonl`),
    label: arm.label,
    signal,
  })
}
