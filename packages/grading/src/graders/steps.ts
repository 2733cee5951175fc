import { z } from 'zod'
import { grader } from '../grader.ts'
import { numberGoldProblem } from '../verify/number.ts'
import { gradeSteps } from '../verify/steps.ts'

export default grader({
  name: 'steps',
  about: 'the number, with the share of correct arithmetic before it as partial reward',
  settings: z.strictObject({ bonus: z.number().min(0).max(1).default(0.5).describe('share of the reward that the answer alone decides') }),
  problem: numberGoldProblem,
  grade: ({ gold, answer }, { bonus }) => gradeSteps({ gold, answer, bonus }),
})
