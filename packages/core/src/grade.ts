import { z } from 'zod'

/** A verdict on one answer. Reward trains, passed counts, feedback teaches. */
export const Grade = z.object({
  /** In [0, 1]. */
  reward: z.number().min(0).max(1),
  passed: z.boolean(),
  /** The grader could not tell (work beyond its bounds, a judge that is unsure): not passed, and not wrong either. */
  undecided: z.boolean().optional(),
  /** Partial scores in [0, 1] by name, e.g. answer, format, steps. */
  parts: z.record(z.string(), z.number()).default({}),
  /** A short word or sentence: why, e.g. `correct`, `wrong answer`, `no answer`, `context`, `truncated`. */
  reason: z.string(),
  /** What the solver may learn from; never quotes the reference. */
  feedback: z.string().default(''),
})
export type Grade = z.infer<typeof Grade>
