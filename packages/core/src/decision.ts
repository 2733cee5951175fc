import { z } from 'zod'

/** A level of a taskset. */
export const LevelName = z.object({ taskset: z.string(), level: z.number().int() })
export type LevelName = z.infer<typeof LevelName>

/** Whether a round's new bank is served: the incumbent with it against the incumbent with the old one, on the same tasks. */
export const BankVerdict = z.object({
  kept: z.boolean(),
  reason: z.string(),
  /** One-sided level of the bound. */
  alpha: z.number(),
  margin: z.number(),
  n: z.number().int(),
  oldRate: z.number(),
  newRate: z.number(),
  difference: z.number(),
  /** The bound below the difference; the bank is kept where it lies above -margin. */
  low: z.number(),
})
export type BankVerdict = z.infer<typeof BankVerdict>

/** One look at a run's validation data: what it might spend, and what came of it. */
export const Look = z.object({
  round: z.number().int(),
  alpha: z.number(),
  pValue: z.number().nullable(),
  promoted: z.boolean(),
  /** The round was done again, or undone, after its validation attempts were made: its level is spent all the same. */
  withdrawn: z.boolean(),
  /** The bank's own ledger: its level and whether the new bank was kept; null where there was nothing to judge. */
  bank: z.object({ alpha: z.number(), kept: z.boolean() }).nullable(),
})
export type Look = z.infer<typeof Look>

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
      /** Chance alone loses at least as much here, Holm-adjusted over the levels. */
      pLost: z.number().optional(),
      /** Which model the level was compared with: `incumbent`, or e.g. `best of round 2`. */
      reference: z.string().optional(),
    }),
  ),
  /** All guarded levels pooled: the candidate against the run's best model on each. Absent where nothing was guarded. */
  guard: z
    .object({ n: z.number().int(), difference: z.number(), low: z.number(), margin: z.number(), passed: z.boolean() })
    .nullable()
    .optional(),
  /** Which look at the run's validation data this was, from 1, and by what rule its alpha was found. */
  look: z.number().int().optional(),
  rule: z.string().optional(),
  /** The levels of the test, named before any validation attempt; empty: all. */
  levels: z.array(LevelName).optional(),
  /** The bank's verdict, which came first. */
  bank: BankVerdict.nullable().optional(),
  /** Why the candidate's attempts ended early, where they did. */
  stopped: z.string().nullable().optional(),
  /** How tasks were spread over endpoints or classes of machine, where traces say so; `mixed`: tasks whose arms were answered in more than one place. */
  spread: z
    .object({
      lanes: z.array(z.object({ where: z.string(), tasks: z.number().int(), attempts: z.number().int() })),
      mixed: z.number().int(),
    })
    .optional(),
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
