import type { PairedComparison, Rate } from '@whetstone/statistics'
import { comparePairs, rateInterval } from '@whetstone/statistics'

/** A validation task that the incumbent of an arm failed, attempted once more by the candidate and, afresh, by the incumbent. */
export type Retested = { seed: number; round: number; task: string; candidate: boolean; incumbent: boolean }
export type RetestRates = { candidate: Rate; incumbent: Rate; gain: PairedComparison }

/** What failed in one arm: rates of both, and their difference. A task that failed in several rounds or seeds is one cluster, since its attempts rise and fall together. */
export function retestRates(retested: readonly Retested[]): RetestRates {
  const rateOf = (who: 'candidate' | 'incumbent') =>
    rateInterval(retested.map((each) => ({ task: keyOf(each), cluster: each.task, attempts: 1, passed: Number(each[who]) })))
  const pairs = retested.map((each) => paired(each, each.candidate, each.incumbent))
  return { candidate: rateOf('candidate'), incumbent: rateOf('incumbent'), gain: comparePairs(pairs, { seed: 1 }) }
}

/**
 * The candidates of two arms on what both failed: the same task in the same round of the same seed. In first rounds, whose incumbent is the same model, that is all; later
 * incumbents differ, and what only one of them failed says nothing about the other arm: it is counted, not compared.
 */
export function compareRetests(treatment: readonly Retested[], control: readonly Retested[]) {
  const other = new Map(control.map((each) => [keyOf(each), each]))
  const both = treatment.flatMap((each) => {
    const match = other.get(keyOf(each))
    return match ? [{ ...each, match }] : []
  })
  const compared = (of: typeof both) =>
    comparePairs(
      of.map((each) => paired(each, each.candidate, each.match.candidate)),
      { seed: 1 },
    )
  const bySeed = [...Map.groupBy(both, ({ seed }) => seed)].map(([seed, of]) => ({ seed, difference: compared(of).difference }))
  return { ...compared(both), bySeed, unpaired: treatment.length + control.length - 2 * both.length }
}

const keyOf = ({ seed, round, task }: Retested): string => `${seed} ${round} ${task}`
const paired = (each: Retested, treatment: boolean, control: boolean) => ({
  ...{ task: keyOf(each), cluster: each.task, attempts: 1 },
  ...{ treatment: Number(treatment), control: Number(control) },
})
