import { z } from 'zod'
import { Span, TokenIds } from './call.ts'
import { Message } from './message.ts'
import { RecordedPath } from './paths.ts'

/**
 * Where a row's tokens come from. `own`: prompt text and completion ids are as they were sampled. `reprompted`: the ids are, but the prompt is
 * rendered again, since memory, hint or critique was taken out of it. `foreign`: text that goes through the model's chat template, because
 * somebody else wrote it or its ids are not known or another vocabulary's.
 */
export const Origin = z.enum(['own', 'reprompted', 'foreign'])
export type Origin = z.infer<typeof Origin>

const Tokens = {
  origin: Origin.default('foreign'),
  /** The prompt as rendered, of own rows. */
  promptText: z.string().nullable().default(null),
  /** What the chat template is to be told where the prompt is rendered again. */
  templateArguments: z.record(z.string(), z.unknown()).nullable().default(null),
  /** The vocabulary that the ids belong to (see Model). */
  vocabulary: z.string().nullable().default(null),
}

/** A row for supervised fine-tuning: loss on the last assistant turn. */
export const Example = z.object({
  messages: z.array(Message),
  /** Multiplies the row's loss. */
  weight: z.number().positive().default(1),
  /** Id of the trace it came from. */
  trace: z.string(),
  ...Tokens,
  /** Token ids of the completion, and those of them that get no gradient. */
  ids: TokenIds.nullable().default(null),
  forced: z.array(Span).default([]),
  /** Of rows that show no memory where their attempt was shown one: the prompt as it was sampled, memory included, for a teacher to read. */
  remembered: z.string().nullable().optional(),
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
  /** The lesser of the two answers' origins. */
  ...Tokens,
  ids: z.object({ chosen: TokenIds.nullable(), rejected: TokenIds.nullable() }).default({ chosen: null, rejected: null }),
  forced: z.object({ chosen: z.array(Span), rejected: z.array(Span) }).default({ chosen: [], rejected: [] }),
})
export type Pair = z.infer<typeof Pair>

/** Exported rows on disk with their card. */
export const Dataset = z.object({
  id: z.string(),
  run: z.string(),
  round: z.number().int(),
  /** Path of each exported file by format name, relative to the dataset's folder. */
  files: z.record(z.string(), z.string()),
  /** Which of the counts each of these files has rows of. */
  madeOf: z.record(z.string(), z.enum(['examples', 'pairs'])).optional(),
  folder: RecordedPath,
  counts: z.object({ examples: z.number().int(), pairs: z.number().int(), traces: z.number().int() }),
  /** Examples by `taskset level`. */
  composition: z.record(z.string(), z.number().int()),
  hash: z.string(),
  createdAt: z.string(),
})
export type Dataset = z.infer<typeof Dataset>
