import { duration, points, rate, showP } from '@whetstone/core'
import { from, type ColumnTable } from 'arquero'
import { wideTable } from '../tables/wide-table.ts'
import type { RoundsCompared } from './compare-rounds.ts'
import type { Comparison } from './compare-sets.ts'

const detectable = (effect: number) => (effect >= 1 ? 'none' : points(effect))
const interval = (low: number, high: number) => `${points(low)} to ${points(high)}`

/** A comparison as it is shown: a row for each group of tasks, and one for all where there are several. */
export const comparisonTable = ({ groups, all }: Comparison): ColumnTable =>
  from(
    (groups.length > 1 ? [...groups, all] : groups).map(({ group, n, control, treatment, difference, low, high, paired }) => ({
      tasks: group,
      n,
      control: rate(control.rate),
      treatment: rate(treatment.rate),
      difference: points(difference),
      '95% interval': interval(low, high),
      wins: paired?.wins,
      losses: paired?.losses,
      p: paired ? showP(paired.pValue) : 'not paired',
      detectable: paired && detectable(paired.minimumDetectableEffect),
    })),
  )

/** The same as figures, for other programs: fractions, one row a group of every comparison. */
export const comparisonFigures = (comparisons: readonly Comparison[]): ColumnTable =>
  from(
    comparisons.flatMap(({ control, treatment, groups, all, pHolm }) =>
      (groups.length > 1 ? [...groups, all] : groups).map((each) => ({
        control,
        treatment,
        tasks: each.group,
        n: each.n,
        clusters: each.clusters,
        controlRate: each.control.rate,
        treatmentRate: each.treatment.rate,
        difference: each.difference,
        low: each.low,
        high: each.high,
        wins: each.paired?.wins,
        losses: each.paired?.losses,
        test: each.paired?.test,
        p: each.paired?.pValue,
        pHolm: each === all ? pHolm : null,
        minimumDetectableEffect: each.paired?.minimumDetectableEffect,
        equivalent: each.paired?.equivalence?.equivalent,
      })),
    ),
  )

/** The rounds of a run, one a row. */
export const roundsTable = ({ rounds }: RoundsCompared): ColumnTable =>
  from(
    rounds.map((each) => ({
      round: String(each.round),
      decision: each.promoted ? 'promoted' : 'kept',
      'tested on': each.frontier ?? 'all levels',
      n: each.n,
      incumbent: rate(each.incumbentRate),
      candidate: rate(each.candidateRate),
      difference: points(each.difference),
      '95% interval': interval(each.ci[0], each.ci[1]),
      p: showP(each.pValue),
      Holm: showP(each.pHolm),
      detectable: detectable(each.minimumDetectableEffect),
      harvest: each.harvested,
      bank: each.bankSize,
      time: duration(each.seconds),
    })),
  )

/** What is served after each round: a row for each level of a taskset, a column for each round. */
export const servedTable = ({ served, rounds }: RoundsCompared): ColumnTable =>
  wideTable(
    served.flatMap(({ group, rates }) =>
      rounds.map(({ round }, index) => ({ 'served after round': group, round: String(round), rate: rates[index] ?? null })),
    ),
    { by: ['served after round'], across: 'round', cell: 'rate' },
  )
