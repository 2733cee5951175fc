import { z } from 'zod'

/** Promote or keep: the test, its arms, alpha and the reason. All rates and differences are fractions, not points. */
export const Decision = z.object({
  promoted: z.boolean(),
  reason: z.string(),
  /** e.g. `exact McNemar, one-sided` or `sign-flip permutation over clusters, one-sided`. */
  test: z.string(),
  /** Spent in this round. */
  alpha: z.number(),
  /** What was compared: e.g. `candidate vs incumbent, memory on` or, without a candidate, `memory on vs off`. */
  arm: z.string(),
  n: z.number().int(),
  clusters: z.number().int(),
  incumbentRate: z.number(),
  candidateRate: z.number(),
  difference: z.number(),
  ci: z.tuple([z.number(), z.number()]),
  pValue: z.number(),
  /** Tasks that only the candidate, only the incumbent solved. */
  wins: z.number(),
  losses: z.number(),
  minimumDetectableEffect: z.number(),
  nonInferiority: z.array(
    z.object({
      taskset: z.string(),
      level: z.number().int(),
      n: z.number().int(),
      difference: z.number(),
      low: z.number(),
      margin: z.number(),
      passed: z.boolean(),
    }),
  ),
  /** Whether the bank helps: memory on against off, same model. */
  memory: z
    .object({
      difference: z.number(),
      ci: z.tuple([z.number(), z.number()]),
      pValue: z.number(),
      n: z.number().int(),
      keepBank: z.boolean(),
    })
    .nullable(),
})
export type Decision = z.infer<typeof Decision>
