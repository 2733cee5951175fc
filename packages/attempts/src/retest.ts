import type { Outcome, Round } from '@whetstone/core'
import { pairedTest, pairOutcomes } from '@whetstone/statistics'

/**
 * Re-test of what failed: on the validation tasks that failed in the last round, the candidate against a fresh attempt of the incumbent,
 * paired. Resampling alone "solves" about a quarter of failures, so the candidate's count means nothing without the incumbent's. A task
 * counts as solved when at least half of its attempts pass; p is one-sided.
 */
export function pairedRetest(
  { failed, incumbent, candidate }: { failed: ReadonlySet<string>; incumbent: readonly Outcome[]; candidate: readonly Outcome[] },
  options: { seed: number },
): NonNullable<Round['retest']> {
  const { pairs } = pairOutcomes(
    incumbent.filter(({ task }) => failed.has(task)),
    candidate.filter(({ task }) => failed.has(task)),
  )
  return {
    failed: pairs.length,
    solvedByCandidate: pairs.filter((pair) => pair.treatment >= 0.5).length,
    solvedByIncumbent: pairs.filter((pair) => pair.control >= 0.5).length,
    pValue: pairedTest(pairs, options).greater,
  }
}

/** Tasks that failed: none, or fewer than half, of their attempts passed. */
export function failedTasks(outcomes: readonly Outcome[]): Set<string> {
  return new Set(outcomes.filter(({ attempts, passed }) => attempts > 0 && passed / attempts < 0.5).map(({ task }) => task))
}
