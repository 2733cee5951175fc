import { duration, points, rate, showP } from '@whetstone/core'
import type { ComparedGroup, Comparison } from './compare-sets.ts'
import type { RoundsCompared } from './compare-rounds.ts'

type Rows = readonly (readonly string[])[]

/** Columns as wide as their widest cell; the first to the left, numbers to the right. */
export function alignTable(rows: Rows): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
    )
    .join('\n')
}

export const groupHead = ['tasks', 'n', 'control', 'treatment', 'difference', '95% interval', 'wins', 'losses', 'p', 'detectable']

export function groupRow({ group, n, control, treatment, difference, low, high, paired }: ComparedGroup): string[] {
  return [
    group,
    String(n),
    rate(control.rate),
    rate(treatment.rate),
    points(difference),
    `${points(low)} to ${points(high)}`,
    ...(paired
      ? [
          String(paired.wins),
          String(paired.losses),
          showP(paired.pValue),
          paired.minimumDetectableEffect >= 1 ? 'none' : points(paired.minimumDetectableEffect),
        ]
      : ['-', '-', 'not paired', '-']),
  ]
}

/** One line on what a comparison shows, or could have shown. */
export function conclude({ all, pHolm, control, treatment }: Comparison, family: number): string {
  if (!all.paired || pHolm === null) {
    const apart = all.low > 0 || all.high < 0
    return `Other tasks in each: the interval of independent samples ${apart ? 'excludes' : 'includes'} zero. Attempt the same tasks for a paired test`
  }
  const { test, pValue, minimumDetectableEffect, unpaired } = all.paired
  const adjusted = family > 1 ? `, ${showP(pHolm)} after Holm over ${family} comparisons` : ''
  const left = unpaired > 0 ? `; ${unpaired} tasks are in one of the two only` : ''
  const verdict =
    pHolm > 0.05
      ? `No difference shown${minimumDetectableEffect >= 1 ? ': so few tasks cannot show any' : `: a true one under ${points(minimumDetectableEffect).slice(1)} points would have been missed more than one time in five`}`
      : `${all.difference > 0 ? treatment : control} is better`
  return `${verdict} (${test}, two-sided p = ${showP(pValue)}${adjusted}${left})`
}

export function showComparisons(comparisons: readonly Comparison[]): string {
  return comparisons
    .map((comparison) => {
      const rows = comparison.groups.length > 1 ? [...comparison.groups, comparison.all] : comparison.groups
      return [
        `control    ${comparison.control}`,
        `treatment  ${comparison.treatment}`,
        alignTable([groupHead, ...rows.map(groupRow)]),
        ...comparison.notes.map((note) => `  note: ${note}`),
        `  ${conclude(comparison, comparisons.length)}`,
      ].join('\n')
    })
    .join('\n\n')
}

export const roundsHead = [
  'round',
  'decision',
  'tested on',
  'n',
  'incumbent',
  'candidate',
  'difference',
  '95% interval',
  'p',
  'Holm',
  'detectable',
  'harvest',
  'bank',
  'time',
]

export function roundRow(each: RoundsCompared['rounds'][number]): string[] {
  return [
    String(each.round),
    each.promoted ? 'promoted' : 'kept',
    each.frontier ?? 'all levels',
    String(each.n),
    rate(each.incumbentRate),
    rate(each.candidateRate),
    points(each.difference),
    `${points(each.ci[0])} to ${points(each.ci[1])}`,
    showP(each.pValue),
    showP(each.pHolm),
    each.minimumDetectableEffect >= 1 ? 'none' : points(each.minimumDetectableEffect),
    String(each.harvested),
    String(each.bankSize),
    duration(each.seconds),
  ]
}

export function showRounds({ run, recipe, rounds, served, firstToLast }: RoundsCompared): string {
  const table = alignTable([
    ['served after round', ...rounds.map(({ round }) => String(round))],
    ...served.map(({ group, rates }) => [group, ...rates.map((value) => (value === null ? '-' : rate(value)))]),
  ])
  const parts = [`Run ${run} (recipe ${recipe})`, alignTable([roundsHead, ...rounds.map(roundRow)]), table]
  if (firstToLast) parts.push(showComparisons([firstToLast]))
  return parts.join('\n\n')
}
