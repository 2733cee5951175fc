import { levelRules } from '@whetstone/statistics'
import { z } from 'zod'

/** What can be set of the {@link gate}; rates and differences are fractions. */
export const GateSettings = z.strictObject({
  alpha: z.number().positive().max(0.2).default(0.025).describe('share of runs that may ever promote a candidate that is not better'),
  over: z
    .enum(levelRules)
    .default('fallback')
    .describe('how alpha is spread over the looks of a run; investing bounds another rate, the share of false promotions'),
  margin: z.number().positive().max(1).default(0.01).describe('what the guarded levels together may lose'),
  alarm: z.number().positive().max(1).default(0.1).describe('what one guarded level may lose'),
  bankMargin: z.number().positive().max(1).default(0.03).describe('what a new bank may lose against the old one'),
  batches: z
    .number()
    .int()
    .min(2)
    .max(100)
    .nullable()
    .default(null)
    .describe("the candidate's frontier tasks in so many batches, with leave to stop after each; null: all of them, and a sharper test"),
  worth: z.number().nonnegative().max(1).default(0.03).describe('with batches: gains under this are not worth going on for'),
})
export type GateSettings = z.infer<typeof GateSettings>
