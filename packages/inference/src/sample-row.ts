import { Span, TokenIds } from '@whetstone/core'
import { z } from 'zod'

/** A row as llama-sample writes it; `id` is the number of the row in its batch. */
export const SampleRow = z.object({
  id: z.number().int(),
  index: z.number().int(),
  text: z.string(),
  /** A grammar's dead end leaves a text that is not done, like a cut one. */
  finish: z.enum(['stop', 'length', 'grammar', 'context', 'vocabulary']).transform((finish) => (finish === 'grammar' ? 'length' : finish)),
  prompt_tokens: z.number().int(),
  completion_tokens: z.number().int(),
  /** The prompt leaves the reasoning block open, so the text begins inside it. */
  opened: z.boolean().default(false),
  /** What opens and closes the model's reasoning block. */
  reasoning_marks: z.tuple([z.string(), z.string()]).optional(),
  /** The prompt as rendered, what was sampled after it, and which of that was put in for the model. */
  prompt_text: z.string().optional(),
  ids: TokenIds.optional(),
  forced: z.array(Span).optional(),
  logprobs: z.array(z.number()).optional(),
  seconds: z.number(),
})
export type SampleRow = z.infer<typeof SampleRow>
