import type { Grade } from '@whetstone/core'
import { noAnswer, toGrade, verdict, type Verdict } from './verdict.ts'

/** Compares the whole answer with the gold text, white space at both ends left out. For tasks whose answer is all that the model writes. */
export function verifyExact({ gold, answer }: { gold: string; answer: string }): Verdict {
  const read = answer.trim()
  return read === '' ? noAnswer : verdict(read === gold.trim(), read)
}

/** {@link verifyExact} as a grade. */
export const gradeExact = (pair: { gold: string; answer: string }): Grade => toGrade(verifyExact(pair))
