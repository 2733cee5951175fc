import type { Evaluation, Outcome, Role, Trace } from '@whetstone/core'
import { rateInterval } from '@whetstone/statistics'

/** Folds one arm's traces into outcomes per task, one evaluation for each taskset and level, in that order. */
export function evaluate(traces: readonly Trace[], arm: { model: Role; memory: boolean }): Evaluation[] {
  const groups = Map.groupBy(traces, (trace) => `${trace.taskset}\u0000${String(trace.level).padStart(6, '0')}`)
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const { split, taskset, level } = group[0] as Trace
      const outcomes = toOutcomes(group)
      const { n, passed, rate, low, high } = rateInterval(outcomes)
      return { ...arm, split, taskset, level, n, passed, passRate: rate, ci: [low, high], outcomes }
    })
}

/** One outcome a task, in the order of the traces. */
export function toOutcomes(traces: readonly Trace[]): Outcome[] {
  return [...Map.groupBy(traces, (trace) => trace.task)].map(([task, attempts]) => ({
    task,
    cluster: attempts[0]?.cluster ?? task,
    attempts: attempts.length,
    passed: attempts.filter((trace) => trace.grade.passed).length,
  }))
}
