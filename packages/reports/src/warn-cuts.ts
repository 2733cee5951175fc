import { rate, type Round } from '@whetstone/core'

/** Warned of from this share of the attempts. */
const share = 0.01

/** What to say of attempts that had no room for their answer or their prompt, that the model could not read, that nobody could grade. */
export function warnCuts({ cuts, truncated, ends, notes }: Pick<Round, 'cuts' | 'truncated' | 'ends' | 'notes'>): string[] {
  const counted = (number: number) =>
    cuts ? `${number} of ${cuts.attempted} attempts (${rate(number / Math.max(1, cuts.attempted))})` : rate(truncated)
  const warnings: string[] = []
  if (truncated >= share)
    // What a solver's budget ended would be cut off with any room for an answer.
    warnings.push(
      `${counted(cuts?.truncated ?? 0)} were cut off before their end: raise ${(notes?.stopped ?? 0) > 0 ? "settings.budget, the solver's own, or " : ''}sampling.maxTokens or set a reasoning budget`,
    )
  if (cuts && cuts.context / Math.max(1, cuts.attempted) >= share)
    warnings.push(`${counted(cuts.context)} had prompts with no room left in the context: raise settings.context`)
  const unread = ends?.['vocabulary'] ?? 0
  if (cuts && unread / Math.max(1, cuts.attempted) >= share)
    warnings.push(`${counted(unread)} had prompts that cannot be written in the model's tokens: name another with --model`)
  if (cuts?.undecided)
    warnings.push(
      `of ${counted(cuts.undecided)} the grader could not tell: they count as not passed, and not as wrong; look at them in loops:view`,
    )
  return warnings
}
