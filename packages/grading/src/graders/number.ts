import { z } from 'zod'
import { grader } from '../grader.ts'
import { numberGoldProblem, verifyNumber } from '../verify/number.ts'

export default grader({
  name: 'number',
  about: 'the number that an answer announces, read to its end, else its last; exact (packages/grading/POLICY.md)',
  settings: z.strictObject({}),
  problem: numberGoldProblem,
  grade: verifyNumber,
})
