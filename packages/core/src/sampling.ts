import { z } from 'zod'

/** Whether the model thinks before it answers; a budget closes the think block after that many tokens. */
export const Reasoning = z.union([z.enum(['off', 'on']), z.strictObject({ budget: z.number().int().positive() })])
export type Reasoning = z.infer<typeof Reasoning>

/** How to sample: one record that sampling, scoring, training and export take. What is absent is off. */
export const Sampling = z.strictObject({
  /** 0 is greedy. */
  temperature: z.number().min(0).max(5),
  /** Tokens of a completion, think block included. */
  maxTokens: z.number().int().positive(),
  topP: z.number().gt(0).max(1).optional(),
  topK: z.number().int().nonnegative().optional(),
  minP: z.number().min(0).max(1).optional(),
  repeatPenalty: z.number().positive().optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  /** From which the seeds of requests are derived, in place of the run's. */
  seed: z.number().int().nonnegative().optional(),
  /** Texts at which a completion ends. */
  stop: z.array(z.string().min(1)).readonly().optional(),
  /** GBNF text. */
  grammar: z.string().optional(),
  /** Reaches the chat template in sampling, training and scoring alike. */
  reasoning: Reasoning.optional(),
  /** Further variables of the chat template, e.g. a frozen `date_string`. */
  templateArguments: z.record(z.string(), z.unknown()).optional(),
})
export type Sampling = z.infer<typeof Sampling>

/** What the chat template is told, beside the messages; undefined where there is nothing to tell. */
export function templateArguments({
  reasoning,
  templateArguments: more,
}: Pick<Sampling, 'reasoning' | 'templateArguments'>): Record<string, unknown> | undefined {
  if (reasoning === undefined && more === undefined) return undefined
  return { ...(reasoning === undefined ? {} : { enable_thinking: reasoning !== 'off' }), ...more }
}
