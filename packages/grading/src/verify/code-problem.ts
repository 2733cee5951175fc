import { z } from 'zod'

/** What a code task asks of a program; lies in the task's metadata. */
export const CodeProblem = z.object({
  language: z.enum(['python', 'javascript']),
  /** Names that the program must define, the function asked for first; the tests can use no others of its names. */
  names: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).min(1),
  /** Source text that the answer may continue or repeat: imports, helper functions, the signature. */
  opening: z.string().default(''),
  /** Source text that runs before the tests, away from the program. */
  setup: z.string().default(''),
  /** Source texts, each of which passes by running to its end: `assert f(1) == 2`, `equal(f(1), 2)`. */
  tests: z.array(z.string()).min(1),
})
export type CodeProblem = z.infer<typeof CodeProblem>
