import type { Evaluation } from '@whetstone/core'
import { pairOutcomes, type Paired } from '@whetstone/statistics'

/** Pairs within each taskset and level, then pools: task and cluster names need to be unique within a taskset only. */
export function gatePairs(control: readonly Evaluation[], treatment: readonly Evaluation[]): { pairs: Paired[]; unpaired: number } {
  const named = (arms: readonly Evaluation[]) =>
    arms.flatMap(({ taskset, outcomes }) =>
      outcomes.map((outcome) => ({ ...outcome, task: `${taskset}\n${outcome.task}`, cluster: `${taskset}\n${outcome.cluster}` })),
    )
  return pairOutcomes(named(control), named(treatment))
}
