import { z } from 'zod'
import { Message } from './message.ts'
import { RecordedPath } from './paths.ts'

/** A row for supervised fine-tuning: loss on the last assistant turn. */
export const Example = z.object({
  messages: z.array(Message),
  /** Multiplies the row's loss. */
  weight: z.number().positive().default(1),
  /** Id of the trace it came from. */
  trace: z.string(),
})
export type Example = z.infer<typeof Example>

/** A row for preference optimization. */
export const Pair = z.object({
  prompt: z.array(Message),
  chosen: z.array(Message),
  rejected: z.array(Message),
  weight: z.number().positive().default(1),
  /** Ids of the traces of the chosen and of the rejected answer. */
  traces: z.object({ chosen: z.string(), rejected: z.string() }),
})
export type Pair = z.infer<typeof Pair>

/** Exported rows on disk with their card. */
export const Dataset = z.object({
  id: z.string(),
  run: z.string(),
  round: z.number().int(),
  /** Path of each exported file by format name, relative to the dataset's folder. */
  files: z.record(z.string(), z.string()),
  folder: RecordedPath,
  counts: z.object({ examples: z.number().int(), pairs: z.number().int(), traces: z.number().int() }),
  /** Examples by `taskset level`. */
  composition: z.record(z.string(), z.number().int()),
  hash: z.string(),
  createdAt: z.string(),
})
export type Dataset = z.infer<typeof Dataset>
