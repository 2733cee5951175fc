import type { Outcome } from '@whetstone/core'
import { normalQuantile } from './normal.ts'
import { studentQuantile } from './student-t.ts'
import { scoreInterval } from './wilson.ts'

export type Rate = {
  n: number
  /** Sum of the tasks' mean pass rates; a whole number with one attempt a task. */
  passed: number
  rate: number
  low: number
  high: number
}

/**
 * The pass rate of one arm, the mean over tasks, with its interval: Wilson's; where tasks share clusters or are attempted several times,
 * Wilson's at the effective sample size (n over the design effect, Rao & Scott 1992) with Student's quantile at clusters - 1 degrees of
 * freedom.
 */
export function rateInterval(outcomes: readonly Outcome[], confidence = 0.95): Rate {
  const attempted = outcomes.filter((outcome) => outcome.attempts > 0)
  const n = attempted.length
  if (n === 0) return { n: 0, passed: 0, rate: 0, low: 0, high: 1 }
  const clusters = new Map<string, { sum: number; size: number }>()
  let passed = 0
  let attempts = Infinity
  for (const outcome of attempted) {
    const mean = outcome.passed / outcome.attempts
    const cluster = clusters.get(outcome.cluster) ?? { sum: 0, size: 0 }
    clusters.set(outcome.cluster, { sum: cluster.sum + mean, size: cluster.size + 1 })
    passed += mean
    attempts = Math.min(attempts, outcome.attempts)
  }
  const rate = passed / n
  const p = (1 + confidence) / 2
  const plain = clusters.size === n && attempted.every((outcome) => outcome.attempts === 1)
  if (plain) return { n, passed, rate, ...scoreInterval(passed, n, normalQuantile(p)) }
  if (clusters.size === 1) return { n, passed, rate, low: 0, high: 1 }
  const groups = [...clusters.values()]
  const robust = groups.reduce((sum, cluster) => sum + (cluster.sum - cluster.size * rate) ** 2, 0) * (groups.length / (groups.length - 1))
  const independent = n * rate * (1 - rate)
  const floor = clusters.size < n ? 1 : 1 / attempts
  const designEffect = independent < 1e-9 ? 1 : Math.max(floor, robust / independent)
  const effective = n / designEffect
  return { n, passed, rate, ...scoreInterval(Math.min(passed / designEffect, effective), effective, studentQuantile(p, clusters.size - 1)) }
}
