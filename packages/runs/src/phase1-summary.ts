import { z } from 'zod'

const Interval = z.tuple([z.number(), z.number()])
/** Pass rate and cost of one arm of phase 1. */
export const Phase1Arm = z.object({
  passed: z.number(),
  accuracy: z.number(),
  ci: Interval,
  tokens: z.object({ prompt: z.number(), completion: z.number() }),
})
const Comparison = z.object({ difference: z.number(), ci: Interval, ci90: Interval, pValue: z.number() })

/** reports/<run>/phase1/phase1_summary.json. Rates and differences are fractions, intervals 95% unless their name says otherwise, p-values one-sided. */
export const Phase1Summary = z.object({
  run: z.string(),
  recipe: z.string(),
  seed: z.number().int(),
  model: z.string(),
  /** Where the bank was learned, and where it was tested. */
  bankFrom: z.string(),
  testedOn: z.string(),
  n: z.number().int(),
  clusters: z.number().int(),
  samples: z.number().int(),
  k: z.number().int(),
  baseline: Phase1Arm,
  memory: Phase1Arm,
  control: Phase1Arm,
  memoryMinusControl: Comparison,
  memoryMinusBaseline: Comparison,
  controlMinusBaseline: Comparison,
  /** Tasks that memory solved and the control did not, and the other way round. */
  wins: z.number().int(),
  losses: z.number().int(),
  /** Of memory against the control. */
  pValue: z.number(),
  test: z.string(),
  /** The smallest gain that would have been found four times in five at one-sided alpha 0.025. */
  minimumDetectableEffect: z.number(),
  bankSizes: z.array(z.object({ share: z.string(), size: z.number().int(), passed: z.number(), accuracy: z.number(), ci: Interval })),
  bank: z.object({
    size: z.number().int(),
    successes: z.number().int(),
    retired: z.record(z.string(), z.number().int()),
    trainAttempts: z.number().int(),
    trainPassed: z.number().int(),
    /** Items whose source traces are all among the train attempts. */
    reachable: z.number().int(),
  }),
  leaks: z.object({
    /** What the leak guard kept from test tasks, by rule. */
    blocked: z.record(z.string(), z.number().int()),
    byAnswerRule: z.number().int(),
    /** Of the memory arm when the guard lacks the rule that knows the answer. */
    accuracyWithoutAnswerRule: z.number(),
    /** Leaks between bank and test tasks that the audit found. */
    audit: z.number().int(),
  }),
  faults: z.number().int(),
  seconds: z.number(),
})
export type Phase1Summary = z.infer<typeof Phase1Summary>
export type Phase1Arm = z.infer<typeof Phase1Arm>
