import type { BankRequest, BankVerdict } from '@whetstone/core'
import { points, rate } from '@whetstone/core'
import { comparePairs, levelOfLook } from '@whetstone/statistics'
import { gatePairs } from './gate-pairs.ts'
import type { GateSettings } from './gate-settings.ts'

/**
 * The new bank is served only where the incumbent is shown to lose less than the margin by it: on all validation tasks, paired, the lower
 * bound above -margin. The bound's level comes from a ledger of the run's banks, like that of its candidates, so that in at most alpha of
 * the runs any bank is served that costs the margin or more; a bank that is kept passes its level on to the next.
 */
export function judgeBank(request: BankRequest, { alpha, over, bankMargin: margin }: GateSettings): BankVerdict {
  const before = request.looks.flatMap(({ bank, withdrawn }) => (bank ? [{ alpha: bank.alpha, promoted: bank.kept && !withdrawn }] : []))
  const level = levelOfLook(over, alpha, before)
  const { pairs } = gatePairs(request.old, request.new)
  const { n, controlRate, treatmentRate, difference, equivalence } = comparePairs(pairs, { seed: request.seed, alpha: level, margin })
  const low = equivalence?.low ?? -1
  const kept = low > -margin
  const gain = `incumbent with the new bank ${rate(treatmentRate)}, with the old ${rate(controlRate)} (${points(difference)} points, bound ${points(low)})`
  return {
    kept,
    reason: kept ? gain : `rolled back: ${gain}: not shown to lose less than ${points(margin).slice(1)} points`,
    alpha: level,
    margin,
    n,
    oldRate: controlRate,
    newRate: treatmentRate,
    difference,
    low,
  }
}
