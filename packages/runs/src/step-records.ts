import {
  AttemptNotes,
  BankVerdict,
  BucketCount,
  Dataset,
  Decision,
  Evaluation,
  Frontier,
  Funnel,
  Judged,
  LevelName,
  MicroRound,
  Model,
  Monitored,
  Parity,
  Retest,
  Role,
  TrainingStage,
} from '@whetstone/core'
import { z } from 'zod'
import { BestLevels } from './incumbent.ts'

const Tokens = z.object({ prompt: z.number().int(), completion: z.number().int() })
const Faults = z.object({ retried: z.number().int(), failed: z.number().int(), quarantined: z.number().int().default(0) })
/** Ends of attempts other than the model's own stop, counted by name: `content_filter`, `tool_calls`, `length`, `empty`, `context`, `vocabulary`. */
const Ends = z.record(z.string(), z.number().int()).default({})

/** What a round was planned to be: steps/plan.json. */
export const Plan = z.object({
  /** Attempts that the round will make at most, about. */
  train: z.number().int(),
  arms: z.number().int(),
  validation: z.number().int(),
  /** Attempts, and tokens that they generated; absent in older rounds: tokens of their prompts. */
  probe: z.object({
    attempts: z.number().int(),
    seconds: z.number(),
    tokens: z.number().int(),
    promptTokens: z.number().int().optional(),
    /** Attempts that were not done when its time was. */
    underway: z.number().int().optional(),
    /** Attempts that see no grades, as those of the arms, where the solver goes by grades. */
    ungraded: z
      .object({ attempts: z.number().int(), seconds: z.number(), tokens: z.number().int(), underway: z.number().int() })
      .optional(),
  }),
  /** Seconds of sampling, from the probe; training comes on top. */
  samplingSeconds: z.number(),
  /** Seconds of sampling, training and the rest, peak memory and disk in bytes, corrected by so many earlier rounds of the recipe; absent in older rounds. */
  foreseen: z
    .object({
      sampling: z.number(),
      training: z.number(),
      rest: z.number().default(0),
      memory: z.number(),
      disk: z.number(),
      rounds: z.number().int(),
      /** Attempts at train tasks and of all arms that were expected, and those of the watch for collapse; absent in older rounds. */
      attempts: z.number().optional(),
      watch: z.number().optional(),
    })
    .optional(),
  minimumDetectableEffect: z.number(),
  judged: z.array(Judged).optional(),
  /** What the files of its task sets hold. */
  tasks: z.array(z.object({ taskset: z.string(), found: z.string() })).optional(),
  /** Of task sets of fixed rows: tasks that the recipe asks for at each level, that are drawn, that there are, and that the largest level has. */
  stock: z
    .array(
      z.object({
        taskset: z.string(),
        split: z.enum(['train', 'validation']),
        asked: z.number().int(),
        drawn: z.number().int(),
        have: z.number().int(),
        most: z.number().int(),
      }),
    )
    .optional(),
  /** The longest question's prompt in tokens, as the probe saw it, and the context it must fit into. */
  longest: z
    .object({ taskset: z.string(), task: z.string(), tokens: z.number().int(), context: z.number().int(), fits: z.boolean() })
    .optional(),
})
export type Plan = z.infer<typeof Plan>

export const LevelRate = z.object({ taskset: z.string(), level: z.number().int(), n: z.number().int(), rate: z.number() })
export type LevelRate = z.infer<typeof LevelRate>

/** What the train attempts came to: steps/traces.json. Chosen from train traces only, before any validation attempt. */
export const TrainAttempts = z.object({
  attempted: z.number().int(),
  passed: z.number().int(),
  truncated: z.number().int(),
  /** Whose prompt left no room in the context; 0 in older rounds, which did not count them. */
  context: z.number().int().default(0),
  /** Of which the grader could not tell; 0 in older rounds. */
  undecided: z.number().int().default(0),
  tokens: Tokens,
  rates: z.array(LevelRate),
  frontier: Frontier,
  faults: Faults,
  ends: Ends,
  notes: AttemptNotes.prefault({}),
  /** Null where the recipe keeps no bucket list. */
  bucket: BucketCount.nullable().default(null),
})
export type TrainAttempts = z.infer<typeof TrainAttempts>

/** What the bank did: steps/memories.json. */
export const Reflected = z.object({
  tag: z.string().nullable(),
  size: z.number().int(),
  added: z.number().int(),
  retired: z.number().int(),
})
export type Reflected = z.infer<typeof Reflected>

/** What was harvested: steps/dataset.json. */
export const Harvest = z.object({
  dataset: Dataset,
  kept: z.number().int(),
  replayed: z.number().int(),
  pairs: z.number().int(),
  funnel: z.array(Funnel).optional(),
})
export type Harvest = z.infer<typeof Harvest>

/** What was trained: steps/candidate.json; null where nothing was. */
export const Candidate = z
  .object({
    model: Model,
    training: z.object({
      trainer: z.string(),
      steps: z.number().int(),
      seconds: z.number(),
      finalLoss: z.number(),
      micro: z.array(MicroRound).optional(),
      stages: z.array(TrainingStage).optional(),
    }),
    parity: Parity.nullable().default(null),
  })
  .nullable()
export type Candidate = z.infer<typeof Candidate>

/** One policy that was measured: its name names its file. */
export const Arm = z.object({
  name: z.string(),
  role: Role,
  memory: z.boolean(),
  /** Tag of the bank that it was shown; absent in older rounds. */
  bank: z.string().nullable().optional(),
})
export type Arm = z.infer<typeof Arm>

/** What was measured: steps/arms.json. */
export const Arms = z.preprocess(
  nameArms,
  z.object({
    /** The arms that are served or might be come first. */
    arms: z.array(Arm),
    /** Incumbent and candidate, memory off and on with the bank that is served. */
    evaluations: z.array(Evaluation),
    /** The incumbent with the bank that is not served. */
    others: z.array(Evaluation).default([]),
    /** The run's best models of earlier rounds, where the incumbent is not the best, and who those are, by level. */
    references: z.array(Evaluation).default([]),
    best: BestLevels.default([]),
    bank: BankVerdict.nullable().default(null),
    /** Tag of the bank that is served after this round, with the incumbent. */
    served: z.string().nullable().default(null),
    /** The smaller bank that the candidate was measured with, from which what it learned was retired: served where it is promoted. */
    reduced: z.object({ tag: z.string(), size: z.number().int(), retired: z.number().int() }).nullable().default(null),
    /** The levels of the test, named before the first attempt. */
    levels: z.array(LevelName).default([]),
    /** Why the candidate's attempts ended early, where they did. */
    stopped: z.string().nullable().default(null),
    /** Where the attempts were answered, where there were several endpoints or classes of machine. */
    spread: Decision.shape.spread,
    tokens: Tokens,
    faults: Faults,
    ends: Ends,
    truncated: z.number().int(),
    context: z.number().int().default(0),
    /** Of which the grader could not tell; 0 in older rounds. */
    undecided: z.number().int().default(0),
    attempted: z.number().int(),
  }),
)
export type Arms = z.infer<typeof Arms>

/** Records of before 2026-12 hold the arms' files; which arms they were their evaluations say. */
function nameArms(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || 'arms' in value || !('files' in value)) return value
  const { evaluations = [] } = value as { evaluations?: z.infer<typeof Evaluation>[] }
  const arms = evaluations.map(({ model, memory }) => toArm({ role: model, memory }, 'old'))
  return { ...value, arms: [...new Map(arms.map((arm) => [arm.name, arm])).values()] }
}

/** An arm under its usual name, or under that of before 2026-12. */
export const toArm = ({ role, memory }: Pick<Arm, 'role' | 'memory'>, named: 'now' | 'old' = 'now'): Arm => ({
  name: `${role}-${named === 'old' ? (memory ? 'memory' : 'bare') : memory ? 'on' : 'off'}`,
  role,
  memory,
})

/** What was decided: steps/decision.json. */
export const Decided = z.object({ decision: Decision, retest: Retest })
export type Decided = z.infer<typeof Decided>

/** The value of each step's record. */
export const stepRecords = {
  plan: Plan,
  traces: TrainAttempts,
  memories: Reflected,
  dataset: Harvest,
  candidate: Candidate,
  arms: Arms,
  decision: Decided,
  monitor: Monitored,
}
export type StepRecords = { [name in keyof typeof stepRecords]: z.infer<(typeof stepRecords)[name]> }
