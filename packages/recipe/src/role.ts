import type { Backend, Teacher } from '@whetstone/core'
import { nested, Sampling } from '@whetstone/core'
import { z } from 'zod'

/** A model of a recipe beside the incumbent, with backend and sampling of its own; or a program that answers in its place. */
export const Role = z.union([
  z.strictObject({
    model: z
      .string()
      .min(1)
      .optional()
      .describe('GGUF file, models/<name>, or hf:owner/repo/file.gguf; absent: the incumbent, or what the endpoint serves'),
    backend: nested<Backend>('backends').optional().describe("what runs it (default: the recipe's); openai({ url }) for an endpoint"),
    sampling: Sampling.partial().optional().describe('how it samples, where that differs from what it is asked for'),
    placebo: z
      .enum(['gibberish', 'shuffled'])
      .optional()
      .describe(
        'what it says is replaced by worthless words, as the control of what they do: characters drawn anew, or what it said to another',
      ),
    context: z.number().int().positive().optional(),
    concurrency: z.number().int().positive().optional(),
  }),
  z.custom<Teacher>((value) => typeof (value as Teacher | null)?.open === 'function', { message: 'must name a model, or be a program' }),
])
export type Role = z.output<typeof Role>
