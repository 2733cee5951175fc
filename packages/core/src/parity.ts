import { z } from 'zod'

/** How far log-probabilities of the same tokens under two evaluations of a model are apart; natural log. */
export const Difference = z.object({ rows: z.number().int(), tokens: z.number().int(), meanAbs: z.number(), maxAbs: z.number() })
export type Difference = z.infer<typeof Difference>

/** Whether what is trained is what is served, on attempts of the round as they were sampled. */
export const Parity = z.object({
  /** The sampler's log-probabilities against the trainer's before its first step; null where the backend tells none, or the trainer. */
  own: Difference.nullable(),
  /** The candidate as trained against the file that is served, and the share of tokens where both find the same one likeliest. */
  served: Difference.extend({ topAgreement: z.number() }).nullable(),
})
export type Parity = z.infer<typeof Parity>
