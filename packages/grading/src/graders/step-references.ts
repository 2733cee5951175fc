import { z } from 'zod'
import { grader } from '../grader.ts'
import { numberGoldProblem, verifyNumber } from '../verify/number.ts'
import { referencesOf, referencesReached } from '../verify/references.ts'

export default grader({
  name: 'step-references',
  about:
    'the number, with the share of a gold list of intermediate results (column steps, or before the last `;` of the answer) that is reached in order',
  settings: z.strictObject({ bonus: z.number().min(0).max(1).default(0.5).describe('share of the reward that the answer alone decides') }),
  problem(gold) {
    const { steps, answer } = referencesOf(gold, undefined)
    return (
      [...steps, answer]
        .map((part) => (numberGoldProblem(part) === null ? null : `${JSON.stringify(part)} ${numberGoldProblem(part)}`))
        .find((problem) => problem !== null) ?? null
    )
  },
  grade({ gold, answer, metadata }, { bonus }) {
    const references = referencesOf(gold, metadata?.['steps'])
    const { correct, reason } = verifyNumber({ gold: references.answer, answer })
    const { reached, results } = referencesReached(answer, references.steps)
    const count = references.steps.length
    // A solution that lists numbers until all references are among them reaches none.
    const share = count === 0 ? Number(correct) : reached / Math.max(count, results / 4)
    return {
      reward: (correct ? bonus : 0) + (1 - bonus) * share,
      passed: correct,
      parts: { answer: Number(correct), steps: share },
      reason: `${reason}, ${reached} of ${count} steps reached`,
      feedback: correct ? '' : `${reached} of ${count} expected intermediate results were found in order.`,
    }
  },
})
