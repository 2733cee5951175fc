import { z } from 'zod'
import { Split } from './task.ts'

/** What one policy did on one task: the mean of its attempts. */
export const Outcome = z.object({
  task: z.string(),
  cluster: z.string(),
  /** Attempts, and how many of them passed. One greedy attempt in the gate unless the recipe samples more. */
  attempts: z.number().int(),
  passed: z.number().int(),
})
export type Outcome = z.infer<typeof Outcome>

export const Role = z.enum(['incumbent', 'candidate'])
export type Role = z.infer<typeof Role>

/** Per-task outcomes of one policy on one split and level. `passRate` is the mean over tasks, `ci` its 95% interval. */
export const Evaluation = z.object({
  model: Role,
  memory: z.boolean(),
  split: Split,
  taskset: z.string(),
  level: z.number().int(),
  n: z.number().int(),
  passed: z.number(),
  passRate: z.number(),
  ci: z.tuple([z.number(), z.number()]),
  outcomes: z.array(Outcome),
})
export type Evaluation = z.infer<typeof Evaluation>
