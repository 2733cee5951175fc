import { z } from 'zod'
import { grader } from '../grader.ts'
import { goldProblem, verifyMaths } from '../verify/maths.ts'

export default grader({
  name: 'maths',
  about: 'LaTeX and plain mathematics by the rules of packages/grading/POLICY.md',
  settings: z.strictObject({}),
  problem: (gold) => goldProblem(gold),
  grade: ({ gold, answer }) => verifyMaths({ gold, answer }),
})
