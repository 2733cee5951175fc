import type { Decision, Evaluation, GateRequest } from '@whetstone/core'
import { comparePairs } from '@whetstone/statistics'
import { gatePairs } from './gate-pairs.ts'

/**
 * Non-inferiority of the candidate on each solved level: the one-sided 95% lower bound of the paired difference (the low end of the 90%
 * interval) stays above -margin.
 */
export function judgeLevels(
  arms: readonly Evaluation[],
  { solved, memory, seed }: GateRequest,
  margin: number,
): Decision['nonInferiority'] {
  return solved.map(({ taskset, level }) => {
    const at = arms.filter((arm) => arm.taskset === taskset && arm.level === level && arm.memory === memory)
    const { pairs } = gatePairs(
      at.filter((arm) => arm.model === 'incumbent'),
      at.filter((arm) => arm.model === 'candidate'),
    )
    const { difference, low } = comparePairs(pairs, { seed, confidence: 0.9 })
    return { taskset, level, n: pairs.length, difference, low, margin, passed: low > -margin }
  })
}
