import { BadInput } from '@whetstone/core'
import { z } from 'zod'
import { grader } from '../grader.ts'
import { CodeProblem } from '../verify/code-problem.ts'
import { gradeCode } from '../verify/code.ts'

export default grader({
  name: 'code',
  about: 'a program by hidden tests in a sandbox: the gold answer is the tests, or they lie in the columns language, names, setup, tests',
  settings: z.strictObject({
    language: z.enum(['python', 'javascript']).default('python').describe('language where the task does not say one'),
    name: z
      .string()
      .regex(/^[A-Za-z_]\w*$/)
      .optional()
      .describe('function that the tests call, where the task does not say one'),
  }),
  problem: (gold) => (gold.trim() === '' ? 'holds no tests' : null),
  async grade({ gold, answer, metadata }, { language, name }) {
    const given = { language, names: name === undefined ? undefined : [name], tests: [gold], ...metadata }
    const problem = CodeProblem.safeParse(given)
    if (!problem.success) throw new BadInput('grader code: a task names no function: give it a column names, or --set grader.name=FUNCTION')
    return gradeCode({ problem: problem.data, answer })
  },
})
