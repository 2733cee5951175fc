import { z } from 'zod'

/** One of the trainings of a round that has several: what was attempted for it, what it was trained on. */
export const MicroRound = z.object({
  micro: z.number().int(),
  /** The model that it left. */
  model: z.string(),
  /** The unsolved levels that were attempted, the lowest and the highest; null where no course is climbed. */
  window: z.tuple([z.number().int(), z.number().int()]).nullable(),
  /** Passing share of its attempts, before its training. */
  rates: z.array(z.object({ taskset: z.string(), level: z.number().int(), n: z.number().int(), rate: z.number() })),
  attempted: z.number().int(),
  passed: z.number().int(),
  tokens: z.object({ prompt: z.number().int(), completion: z.number().int() }),
  rows: z.number().int(),
  steps: z.number().int(),
  finalLoss: z.number(),
  seconds: z.object({ attempt: z.number(), train: z.number() }),
})
export type MicroRound = z.infer<typeof MicroRound>
