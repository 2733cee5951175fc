import { z } from 'zod'
import { Call, Finish } from './call.ts'
import { Grade } from './grade.ts'
import { Message } from './message.ts'
import { Split } from './task.ts'

/** What attempted the task: weights and the bank's tag, or null for no memory. */
export const Policy = z.object({ model: z.string(), bank: z.string().nullable() })
export type Policy = z.infer<typeof Policy>

/** One graded attempt. Immutable; from any training row one can walk to its trace and on to the weights that wrote it. */
export const Trace = z.object({
  id: z.string(),
  run: z.string(),
  round: z.number().int(),
  /** Id of the task; its taskset, split, level and cluster are repeated so that traces can be counted without the tasks. */
  task: z.string(),
  /** Hash of the task's content (see {@link taskHash}); null in traces of before 2026-12. */
  taskHash: z.string().nullable().default(null),
  taskset: z.string(),
  split: Split,
  level: z.number().int(),
  cluster: z.string(),
  policy: Policy,
  solver: z.string(),
  /** Which attempt at the task this is, from 0. */
  sample: z.number().int(),
  seed: z.number().int(),
  /** Ids of the memories that were in the prompt, and of those that were retrieved but held out by the randomized hold-out. */
  memories: z.object({ shown: z.array(z.string()), withheld: z.array(z.string()) }),
  /** Every model call of the attempt; null in traces of before 2026-12. */
  calls: z.array(Call).nullable().default(null),
  /** The exchange as it is shown and exported, the answer last; rows find the call behind it by its text. */
  messages: z.array(Message),
  grade: Grade,
  tokens: z.object({ prompt: z.number().int(), completion: z.number().int() }),
  seconds: z.number(),
  finish: Finish,
  truncated: z.boolean(),
  /** What teachers read and wrote for it; `tokens` are the policy's own. */
  taught: z.object({ prompt: z.number().int(), completion: z.number().int() }).optional(),
  /** Why the solver stopped before it was done. */
  stopped: z.string().optional(),
  /** Written with the right answer as a hint, which the messages do not show. */
  hinted: z.boolean().optional(),
  /** Critiques withheld because they told the answer; teachers' rewrites that were none. */
  dropped: z.object({ leaks: z.number().int(), rewrites: z.number().int() }).optional(),
})
export type Trace = z.infer<typeof Trace>
