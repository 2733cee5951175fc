import { points, showP, type Round } from '@whetstone/core'
import type { ComparedGroup, Comparison } from './compare-sets.ts'

/**
 * Whether a comparison on common tasks agrees with what the rounds between its two sides decided, and if not, why it may differ. `between`:
 * the rounds after the control's up to the treatment's, of one run; null where no round compared the two.
 */
export function agreeWithRounds(comparison: Comparison, between: readonly Round[] | null): string {
  if (between === null) return 'No round compared these two: there is no decision to agree with'
  const promoted = between.filter(({ decision }) => decision.promoted)
  const names = (rounds: readonly Round[]) => `round${rounds.length > 1 ? 's' : ''} ${rounds.map(({ round }) => round).join(', ')}`
  const { all } = comparison
  const apart = verdictOf(all)
  if (promoted.length === 0) {
    const banks = between.some(({ bank }) => bank.added > 0 && bank.kept)
    if (apart === 'none') return `Agrees: ${names(between)} kept the incumbent, and the common tasks show no difference`
    return `Differs: ${names(between)} kept the incumbent, the common tasks show ${points(all.difference)} points (p = ${showP(all.paired?.pValue ?? 1)})${banks ? ': the bank grew in between, which no gate against the old weights tests' : ': the same weights are served, so look at the settings that changed between the rounds'}`
  }
  const frontiers = promoted.flatMap(({ frontier }) =>
    frontier ? (frontier.levels ?? [frontier.level]).map((level) => `${frontier.taskset} level ${level}`) : [],
  )
  const tested = comparison.groups.filter(({ group }) => frontiers.includes(group))
  const better = tested.filter((group) => verdictOf(group) === 'better')
  const gain = promoted.at(-1)?.decision.difference ?? 0
  if (apart === 'better' || better.length > 0)
    return `Agrees: ${names(promoted)} promoted a candidate, and on the common tasks the later one is better${apart === 'better' ? '' : ` on ${better.map(({ group }) => group).join(', ')}`}`
  if (apart === 'worse')
    return `Differs: ${names(promoted)} promoted a candidate, on the common tasks it is worse by ${points(-all.difference).replace(/^\+/, '')} points: the gate tested ${frontiers.join(', ') || 'all levels'} alone, with guards on the others; look at the levels one by one`
  const seen = Math.min(...(tested.length > 0 ? tested : [all]).map(({ paired }) => paired?.minimumDetectableEffect ?? 1))
  return seen > gain
    ? `Differs: ${names(promoted)} promoted a candidate (${points(gain)} points on its own tasks), the common tasks show no difference, and could have shown one from ${points(seen)} points only: draw more with --tasks`
    : `Differs: ${names(promoted)} promoted a candidate (${points(gain)} points on its own tasks), the common tasks show none though they could have shown ${points(seen)} points: the gate's own estimate flatters what it let pass, or later rounds lost it`
}

function verdictOf({ paired, difference }: ComparedGroup): 'better' | 'worse' | 'none' {
  if (!paired || paired.pValue > 0.05) return 'none'
  return difference > 0 ? 'better' : 'worse'
}
