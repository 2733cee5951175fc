import { z } from 'zod'
import type { Dataset } from './example.ts'

/** One stage of a training that has several: a call of a trainer, or attempts that verify what was trained on. */
export const TrainingStage = z.object({
  /** The trainer's name; `verify` for attempts. */
  stage: z.string(),
  /** Rows of it: the harvest's, or what was verified. */
  on: z.enum(['harvest', 'verified']).optional(),
  seconds: z.number(),
  /** Of a trainer; 0 steps where there were no rows for it. */
  steps: z.number().int().optional(),
  finalLoss: z.number().optional(),
  /** Of attempts: the trained tasks, once more and without help. */
  attempted: z.number().int().optional(),
  passed: z.number().int().optional(),
  tokens: z.object({ prompt: z.number().int(), completion: z.number().int() }).optional(),
})
export type TrainingStage = z.infer<typeof TrainingStage>
/** What attempts at trained tasks came to, and those that passed as a data set; null where none did. */
export type Verified = Required<Pick<TrainingStage, 'attempted' | 'passed' | 'tokens'>> & { dataset: Dataset | null }
