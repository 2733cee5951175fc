import type { Model, Solver } from '@whetstone/core'
import type { Study } from './study.ts'
import { attemptTasks } from './study.ts'

export type LevelRate = { level: number; n: number; passed: number }

/** Greedy attempts at validation tasks, so many a level: what a model can do. */
export async function measureLevels(
  study: Study,
  name: string,
  model: Model,
  how: { levels: readonly number[]; each: number; solver: Solver },
): Promise<LevelRate[]> {
  const tasks = await study.taskset.load({ split: 'validation', seed: study.seed, round: 1, levels: how.levels, limit: how.each })
  const traces = await attemptTasks(study, { name, model, tasks, solver: how.solver })
  return how.levels.map((level) => {
    const at = traces.filter((trace) => trace.level === level)
    return { level, n: at.length, passed: at.filter(({ grade }) => grade.passed).length }
  })
}
