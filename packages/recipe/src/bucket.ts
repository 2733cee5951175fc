import type { Solver } from '@whetstone/core'
import { nested } from '@whetstone/core'
import { z } from 'zod'

/** What becomes of train tasks that no attempt solves: kept over rounds and attempted again, later by another solver. */
export const Bucket = z
  .strictObject({
    solver: nested<Solver>('solvers')
      .optional()
      .describe("attempts what has waited (default: the recipe's own), e.g. with the advanced teacher"),
    after: z.number().int().positive().default(1).describe('rounds that a task stays unsolved before that solver is asked'),
    most: z
      .number()
      .int()
      .positive()
      .max(1_000_000)
      .default(500)
      .describe('tasks attempted again in a round, those that waited longest first'),
  })
  .describe('the bucket list of unsolved train tasks')
export type Bucket = z.output<typeof Bucket>
