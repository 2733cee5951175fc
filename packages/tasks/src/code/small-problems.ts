import { easyProblems } from './easy-problems.ts'
import { hardProblems } from './hard-problems.ts'
import { middlingProblems } from './middling-problems.ts'
import type { SmallProblem } from './problem.ts'

export const smallProblems: readonly SmallProblem[] = [...easyProblems, ...middlingProblems, ...hardProblems]
