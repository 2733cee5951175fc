import { points, rate, showP } from '@whetstone/core'
import { showTable } from '../tables/show-table.ts'
import { wrap } from '../tables/wrap.ts'
import { textTable } from '../tables/text-table.ts'
import type { Comparison } from './compare-sets.ts'
import type { RoundsCompared } from './compare-rounds.ts'
import { comparisonTable, roundsTable, servedTable } from './comparison-table.ts'

/** One line on what a comparison shows, or could have shown. */
export function conclude({ all, pHolm, control, treatment }: Comparison, family: number): string {
  if (!all.paired) {
    const apart = all.low > 0 || all.high < 0
    return `Other tasks in each: the interval of independent samples ${apart ? 'excludes' : 'includes'} zero. Attempt the same tasks for a paired test`
  }
  const { test, pValue, minimumDetectableEffect, unpaired } = all.paired
  const told = pHolm ?? pValue
  const adjusted = family > 1 && pHolm !== null ? `, ${showP(pHolm)} after Holm over ${family} comparisons` : ''
  const left = unpaired > 0 ? `; ${unpaired} tasks are in one of the two only` : ''
  const verdict =
    told > 0.05
      ? `No difference shown${minimumDetectableEffect >= 1 ? ': so few tasks cannot show any' : `: a true one under ${points(minimumDetectableEffect).slice(1)} points would have been missed more than one time in five`}`
      : `${all.difference > 0 ? treatment : control} is better`
  return `${verdict} (${test}, two-sided p = ${showP(pValue)}${adjusted}${left})${same(all.paired.equivalence)}`
}

/** Whether they are the same but for the margin that was named. */
function same(equivalence: NonNullable<Comparison['all']['paired']>['equivalence']): string {
  if (!equivalence) return ''
  const { margin, low, high, notWorse, equivalent } = equivalence
  const within = points(margin).slice(1)
  const says = equivalent
    ? `Equivalent within ${within} points`
    : notWorse
      ? `Not worse by ${within} points, but not shown to be the same`
      : `Not shown to be within ${within} points of each other`
  return `. ${says} (two one-sided tests at 2.5%: ${points(low)} to ${points(high)})`
}

export function showComparisons(comparisons: readonly Comparison[]): string {
  return comparisons
    .map((comparison) => {
      return [
        `control    ${comparison.control}`,
        `treatment  ${comparison.treatment}`,
        showTable(textTable(comparisonTable(comparison))),
        ...comparison.notes.map((note) => wrap(`note: ${note}`, '  ')),
        wrap(conclude(comparison, comparisons.length), '  '),
      ].join('\n')
    })
    .join('\n\n')
}

export function showRounds(compared: RoundsCompared): string {
  const { run, recipe, firstToLast } = compared
  const parts = [
    `Run ${run} (recipe ${recipe})`,
    showTable(textTable(roundsTable(compared))),
    showTable(textTable(servedTable(compared), (value) => rate(value as number))),
  ]
  if (firstToLast) parts.push(showComparisons([firstToLast]))
  return parts.join('\n\n')
}
