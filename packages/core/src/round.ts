import { z } from 'zod'
import { AttemptNotes, BucketCount, Spent } from './attempt-notes.ts'
import { Monitored } from './monitored.ts'
import { MicroRound } from './micro-round.ts'
import { Decision } from './decision.ts'
import { Evaluation, Role } from './evaluation.ts'
import { Judged } from './judged.ts'
import { Parity } from './parity.ts'
import { TrainingStage } from './training-stage.ts'

/** What one filter of the harvest did to the traces that it was given, with some of those that it left out. */
export const Funnel = z.object({
  filter: z.string(),
  kept: z.number().int(),
  dropped: z.number().int(),
  /** Reasons with their counts, the most frequent first. */
  reasons: z.array(z.object({ why: z.string(), count: z.number().int() })),
  examples: z.array(z.object({ trace: z.string(), task: z.string(), answer: z.string(), why: z.string() })),
})
export type Funnel = z.infer<typeof Funnel>

const Members = z.object({
  run: z.string(),
  round: z.number().int(),
  recipe: z.string(),
  seed: z.number().int(),
  frontier: z
    .object({
      taskset: z.string(),
      level: z.number().int(),
      rule: z.string(),
      trainRate: z.number(),
      /** The levels of the gate's one pooled test; absent in older rounds. */
      levels: z.array(z.number().int()).optional(),
    })
    .nullable(),
  incumbent: z.object({ id: z.string() }),
  candidate: z.object({ id: z.string() }).nullable(),
  /** What the round left to be served: whose weights, and whether the bank is used. Its arm is the one with these two. */
  served: z.object({ role: Role, memory: z.boolean() }),
  bank: z.object({
    size: z.number().int(),
    added: z.number().int(),
    tag: z.string().nullable(),
    kept: z.boolean(),
    /** The candidate's smaller bank: entries that its weights know were retired. Served where it was promoted. */
    reduced: z.object({ tag: z.string(), size: z.number().int(), retired: z.number().int() }).nullable().optional(),
  }),
  evaluations: z.array(Evaluation.omit({ outcomes: true })),
  /** Arms beside those: the incumbent with the bank that is not served, the run's best models of earlier rounds. */
  otherArms: z.array(Evaluation.omit({ outcomes: true })).optional(),
  decision: Decision,
  /** How far the judges of its tasksets can be trusted; absent where none judges, or no answers with known verdicts are given. */
  judged: z.array(Judged).optional(),
  /** The watch for collapse; absent in older rounds. */
  monitor: Monitored.optional(),
  retest: z
    .object({ failed: z.number().int(), solvedByCandidate: z.number().int(), solvedByIncumbent: z.number().int(), pValue: z.number() })
    .nullable(),
  harvest: z.object({
    attempted: z.number().int(),
    passed: z.number().int(),
    kept: z.number().int(),
    replayed: z.number().int(),
    pairs: z.number().int(),
    /** What each filter did, in order; absent in older rounds. */
    funnel: z.array(Funnel).optional(),
  }),
  /** Of its train attempts; absent in older rounds. */
  notes: AttemptNotes.optional(),
  /** Absent where the recipe keeps no bucket list. */
  bucket: BucketCount.nullable().optional(),
  /** What teachers at endpoints have cost the run so far; absent where none is asked. */
  spent: Spent.optional(),
  training: z
    .object({
      trainer: z.string(),
      steps: z.number().int(),
      seconds: z.number(),
      finalLoss: z.number(),
      /** Where the round trained several times between two gates; steps, seconds, attempts and tokens above count them all. */
      micro: z.array(MicroRound).optional(),
      /** Where its training had several stages; steps and seconds above are of all of them. */
      stages: z.array(TrainingStage).optional(),
    })
    .nullable(),
  /** Trained against served; null where nothing was trained, absent in older rounds. */
  parity: Parity.nullable().optional(),
  /** Why there is no training, where there is none. */
  untrained: z.string().nullable(),
  faults: z.object({ retried: z.number().int(), failed: z.number().int(), quarantined: z.number().int().optional() }),
  /** Attempts that ended otherwise than by the model's own stop, by how. */
  ends: z.record(z.string(), z.number().int()).optional(),
  truncated: z.number(),
  /** Attempts of train and validation, those whose answer was cut off, those whose prompt left no room in the context, those of which the grader could not tell; absent in older rounds. */
  cuts: z
    .object({ attempted: z.number().int(), truncated: z.number().int(), context: z.number().int(), undecided: z.number().int().optional() })
    .optional(),
  /** Names of levels, where a task set's have some. */
  levelNames: z.array(z.object({ taskset: z.string(), level: z.number().int(), name: z.string() })).optional(),
  /** How many decisions this run's validation sets have seen, this one counted. */
  looks: z.number().int(),
  cost: z.object({ seconds: z.number(), tokens: z.object({ prompt: z.number().int(), completion: z.number().int() }) }),
})
/** reports/<run>/round-NNN/round.json: everything a reader or a script wants of one round. */
export const Round = z.preprocess(nameServed, Members)
export const { frontier: Frontier, retest: Retest } = Members.shape

/** Rounds of before 2026-12 do not say what they left to be served: the label of what was compared did. */
function nameServed(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || 'served' in value || !('decision' in value)) return value
  const { decision, bank } = value as { decision?: { arm?: string; promoted?: boolean }; bank?: { tag?: string | null; kept?: boolean } }
  const label = decision?.arm ?? ''
  const memory = label.endsWith('memory on') || (!label.endsWith('memory off') && bank?.tag !== null && bank?.kept === true)
  return { ...value, served: { role: decision?.promoted ? 'candidate' : 'incumbent', memory } }
}

export type Round = z.infer<typeof Round>
