import { z } from 'zod'

/** What of the bank may move into the weights: entries whose tasks the candidate solves without being shown them are retired. */
export const Consolidation = z.strictObject({
  tasks: z.number().int().positive().default(640).describe('train tasks that the candidate attempts without memory'),
  apart: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('only those of this share that the filter kept-apart leaves out of the rows: what was learned by heart says little; 0: any'),
  least: z.number().int().positive().default(5).describe('attempts that an entry needs to be judged by'),
  solved: z.number().min(0).max(1).default(0.9).describe('share of them that must pass for the entry to be retired'),
})
export type Consolidation = z.output<typeof Consolidation>
