import type { Outcome } from '@whetstone/core'

/** One task attempted by two arms; rates in [0, 1]. `attempts` is the smaller count of the two arms. */
export type Paired = { task: string; cluster: string; control: number; treatment: number; attempts: number }

/** Pairs outcomes by task id, in the control's order. `unpaired` counts tasks that only one arm has an outcome for. */
export function pairOutcomes(control: readonly Outcome[], treatment: readonly Outcome[]): { pairs: Paired[]; unpaired: number } {
  const other = new Map(treatment.filter((outcome) => outcome.attempts > 0).map((outcome) => [outcome.task, outcome]))
  const attempted = control.filter((outcome) => outcome.attempts > 0)
  const pairs: Paired[] = []
  for (const outcome of attempted) {
    const match = other.get(outcome.task)
    if (!match) continue
    pairs.push({
      task: outcome.task,
      cluster: outcome.cluster,
      control: outcome.passed / outcome.attempts,
      treatment: match.passed / match.attempts,
      attempts: Math.min(outcome.attempts, match.attempts),
    })
  }
  return { pairs, unpaired: attempted.length + other.size - 2 * pairs.length }
}

/** What pairs amount to: mean rates, tasks better and worse, sums over clusters. */
export function summarizePairs(pairs: readonly Paired[]) {
  const clusters = new Map<string, { sum: number; size: number }>()
  let control = 0
  let treatment = 0
  let wins = 0
  let losses = 0
  let moved = 0
  for (const pair of pairs) {
    const difference = pair.treatment - pair.control
    const cluster = clusters.get(pair.cluster) ?? { sum: 0, size: 0 }
    clusters.set(pair.cluster, { sum: cluster.sum + difference, size: cluster.size + 1 })
    control += pair.control
    treatment += pair.treatment
    moved += Math.abs(difference)
    if (difference > 0) wins++
    if (difference < 0) losses++
  }
  const n = pairs.length
  return {
    n,
    clusters: [...clusters.values()],
    /** Whether any tasks share a cluster. */
    clustered: clusters.size < n,
    /** Whether every outcome is a plain yes or no. */
    binary: pairs.every(({ control: a, treatment: b }) => (a === 0 || a === 1) && (b === 0 || b === 1)),
    controlRate: n === 0 ? 0 : control / n,
    treatmentRate: n === 0 ? 0 : treatment / n,
    difference: n === 0 ? 0 : (treatment - control) / n,
    wins,
    losses,
    /** Share of tasks on which the arms differ; with several attempts, mean absolute difference. */
    discordance: n === 0 ? 0 : moved / n,
  }
}
