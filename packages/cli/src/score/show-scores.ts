import type { LikelihoodByType } from '@whetstone/evaluation'
import { showTable } from '@whetstone/reports/tables/show-table.ts'
import { textTable } from '@whetstone/reports/tables/text-table.ts'
import { wideTable } from '@whetstone/reports/tables/wide-table.ts'
import { rate } from '@whetstone/core'
import type { Accuracy } from './accuracy-table.ts'

/** Checkpoints by types: perplexity and log-likelihood per token. */
export function showLikelihoods({ checkpoints, results_by_type }: LikelihoodByType): string {
  const types = Object.entries(results_by_type)
  const part = (title: string, curve: (curves: (typeof types)[number][1]) => (number | null)[]) => {
    const rows = checkpoints.flatMap((name, index) =>
      types.map(([type, curves]) => ({ [title]: name, type, value: curve(curves)[index] ?? null })),
    )
    return showTable(
      textTable(wideTable(rows, { by: [title], across: 'type', cell: 'value' }), (value) => (value as number).toPrecision(4)),
    )
  }
  return [
    part('perplexity', (curves) => curves.avg_perplexity),
    part('log-likelihood per token', (curves) => curves.avg_token_log_likelihood),
  ].join('\n\n')
}

/** Checkpoints by tasksets and levels. */
export function showAccuracies(accuracies: readonly Accuracy[]): string {
  const rows = accuracies.map(({ checkpoint, taskset, level, ...each }) => ({
    passed: checkpoint,
    group: `${taskset} ${level}`,
    rate: each.rate,
  }))
  return showTable(textTable(wideTable(rows, { by: ['passed'], across: 'group', cell: 'rate' }), (value) => rate(value as number)))
}
