import { z } from 'zod'

/** What a set of attempts looks like: how often they pass, how unlike they are, how long. Shares are fractions. */
export const Vitals = z.object({
  attempts: z.number().int(),
  tasks: z.number().int(),
  pass1: z.number(),
  /** Chance that at least one of k attempts passes, and k; null where tasks have one attempt. */
  passK: z.number().nullable(),
  k: z.number().int(),
  /** Distinct answers among the attempts that passed, a task with any. */
  distinct: z.number(),
  /** Mean negative log-probability of the sampled tokens, in nats; null where the backend does not tell. */
  entropy: z.number().nullable(),
  /** Completion tokens an attempt. */
  length: z.number(),
  /** Share of an answer's n-grams that it has had before, mean over answers. */
  repeated: z.number(),
  truncated: z.number(),
  levels: z.array(z.object({ taskset: z.string(), level: z.number().int(), n: z.number().int(), pass1: z.number() })),
})
export type Vitals = z.infer<typeof Vitals>

/** A round's watch for collapse. */
export const Monitored = z.object({
  /** What is served after the round, on tasks that are the same in every round; null where the probe is off. */
  probe: Vitals.nullable(),
  /** The round's own train attempts. */
  train: Vitals,
  /** What has changed for the worse, in words. */
  warnings: z.array(z.string()),
  /** The regression that is established, in words; null where there is none. */
  regression: z.string().nullable(),
})
export type Monitored = z.infer<typeof Monitored>
