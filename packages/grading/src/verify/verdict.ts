import type { Grade } from '@whetstone/core'

/** What a grader found: whether the answer is right, what was read as the answer (null: nothing), and why in a few words. */
export type Verdict = {
  correct: boolean
  extracted: string | null
  reason: string
  /** It could not be told: neither right nor wrong. */
  undecided?: true
}

export function verdict(correct: boolean, extracted: string | null, reason = correct ? 'correct' : 'wrong answer'): Verdict {
  return { correct, extracted, reason }
}
export const noAnswer: Verdict = verdict(false, null, 'no answer')

/** A verdict as a grade of all or nothing. The feedback tells what was read and never the reference. */
export function toGrade({ correct, extracted, reason, undecided }: Verdict): Grade {
  const score = correct ? 1 : 0
  const read = extracted === null ? 'No final answer was found.' : `The final answer read was ${extracted.slice(0, 200)}: ${reason}.`
  return { reward: score, passed: correct, undecided, parts: { answer: score }, reason, feedback: correct ? '' : read }
}
