import { z } from 'zod'

const count = z.number().int().default(0)

/** What attempts came to beside their verdicts; all 0 in rounds of before 2026-12. */
export const AttemptNotes = z.object({
  /** Right answers that were not reasoned out: the answer is there and the trace is not valid, so they did not pass. */
  invalid: count,
  /** Written with the right answer as a hint. */
  hinted: count,
  /** Critiques that told the answer, withheld; teachers' rewrites that were no answer. */
  leaks: count,
  rewrites: count,
  /** Whose solver's budget was spent before it was done. */
  stopped: count,
  /** Tokens that teachers read and wrote: apart from the attempted model's own. */
  taught: z.object({ prompt: count, completion: count }).prefault({}),
})
export type AttemptNotes = z.infer<typeof AttemptNotes>

/** Tokens and money that teachers at endpoints have cost a run so far. */
export const Spent = z.object({ prompt: z.number(), completion: z.number(), money: z.number() })
export type Spent = z.infer<typeof Spent>

/** The unsolved tasks of a run after a round's attempts: how many, how many of the earlier ones were attempted again, and how many of these left; `hash` of the list, which rounds of before 2026-12 do not have. */
export const BucketCount = z.object({
  size: z.number().int(),
  retried: z.number().int(),
  left: z.number().int(),
  hash: z.string().optional(),
})
export type BucketCount = z.infer<typeof BucketCount>
