import { z } from 'zod'
import { Split } from './task.ts'

/** What one policy did on one task: the mean of its attempts. */
export const Outcome = z.object({
  task: z.string(),
  cluster: z.string(),
  /** Attempts, and how many of them passed. One greedy attempt in the gate unless the recipe samples more. */
  attempts: z.number().int(),
  passed: z.number().int(),
  /** Attempts of which the grader could not tell; absent for none. */
  undecided: z.number().int().optional(),
})
export type Outcome = z.infer<typeof Outcome>

/** `reference`: the run's best model on a level, where that is not the incumbent. */
export const Role = z.enum(['incumbent', 'candidate', 'reference'])
export type Role = z.infer<typeof Role>

/** Per-task outcomes of one policy on one split and level. `passRate` is the mean over tasks, `ci` its 95% interval. */
export const Evaluation = z.object({
  model: Role,
  memory: z.boolean(),
  /** Tag of the bank whose memories were shown, null for none; absent in older rounds. */
  bank: z.string().nullable().optional(),
  /** What the arm is called where model and memory do not say it, e.g. `incumbent, new bank, rolled back` or `best of round 2`. */
  arm: z.string().optional(),
  split: Split,
  taskset: z.string(),
  level: z.number().int(),
  n: z.number().int(),
  passed: z.number(),
  /** Attempts of which the grader could not tell: not passed, and not wrong either; absent for none. */
  undecided: z.number().int().optional(),
  passRate: z.number(),
  ci: z.tuple([z.number(), z.number()]),
  outcomes: z.array(Outcome),
})
export type Evaluation = z.infer<typeof Evaluation>
