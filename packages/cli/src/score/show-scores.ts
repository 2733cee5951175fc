import type { LikelihoodByType } from '@whetstone/evaluation'
import { alignTable } from '@whetstone/reports/compare/show-comparison.ts'
import { rate } from '@whetstone/core'
import type { Accuracy } from './accuracy-table.ts'

const number = (value: number | null | undefined) => (value == null ? '-' : value.toPrecision(4))

/** Checkpoints by types: perplexity and log-likelihood per token. */
export function showLikelihoods({ checkpoints, results_by_type }: LikelihoodByType): string {
  const types = Object.entries(results_by_type)
  const part = (title: string, curve: (curves: (typeof types)[number][1]) => (number | null)[]) =>
    alignTable([
      [title, ...types.map(([type]) => type)],
      ...checkpoints.map((name, index) => [name, ...types.map(([, curves]) => number(curve(curves)[index]))]),
    ])
  return [
    part('perplexity', (curves) => curves.avg_perplexity),
    part('log-likelihood per token', (curves) => curves.avg_token_log_likelihood),
  ].join('\n\n')
}

/** Checkpoints by tasksets and levels. */
export function showAccuracies(rows: readonly Accuracy[]): string {
  const groups = [...new Set(rows.map(({ taskset, level }) => `${taskset} ${level}`))]
  const checkpoints = [...new Set(rows.map(({ checkpoint }) => checkpoint))]
  const cell = (checkpoint: string, group: string) => {
    const found = rows.find((row) => row.checkpoint === checkpoint && `${row.taskset} ${row.level}` === group)
    return found ? rate(found.rate) : '-'
  }
  return alignTable([
    ['passed', ...groups],
    ...checkpoints.map((checkpoint) => [checkpoint, ...groups.map((group) => cell(checkpoint, group))]),
  ])
}
