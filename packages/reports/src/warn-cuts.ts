import { rate, type Round } from '@whetstone/core'

/** Warned of from this share of the attempts. */
const share = 0.01

/** What to say of attempts that had no room: for their answer, or for their prompt. */
export function warnCuts({ cuts, truncated }: Pick<Round, 'cuts' | 'truncated'>): string[] {
  const counted = (number: number) =>
    cuts ? `${number} of ${cuts.attempted} attempts (${rate(number / Math.max(1, cuts.attempted))})` : rate(truncated)
  const warnings: string[] = []
  if (truncated >= share)
    warnings.push(`${counted(cuts?.truncated ?? 0)} were cut off before their end: raise sampling.maxTokens or set a reasoning budget`)
  if (cuts && cuts.context / Math.max(1, cuts.attempted) >= share)
    warnings.push(`${counted(cuts.context)} had prompts with no room left in the context: raise settings.context`)
  if (cuts?.undecided)
    warnings.push(
      `of ${counted(cuts.undecided)} the grader could not tell: they count as not passed, and not as wrong; look at them in loops:view`,
    )
  return warnings
}
