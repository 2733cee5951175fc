import { z } from 'zod'
import { Message } from './message.ts'

/**
 * Why generation ended. `context`: the prompt did not fit; `vocabulary`: it holds characters the model cannot read; `content_filter`: the provider held the answer back; `tool_calls`: it called a tool in
 * place of an answer; `empty`: it said nothing. All are failed attempts with a reason of their own, not faults and not wrong answers.
 */
export const Finish = z.enum(['stop', 'length', 'context', 'vocabulary', 'content_filter', 'tool_calls', 'empty'])
export type Finish = z.infer<typeof Finish>

/** Token ids as sampled, the think block and the token that ended the turn included. */
export const TokenIds = z.array(z.number().int().nonnegative())
/** A half-open range of places among a completion's ids: [from, to). */
export const Span = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()])
export type Span = z.infer<typeof Span>

/** Spans of a completion's ids, cut to so many: what was put in for the model may reach into a stop string that was taken away. */
export const clipSpans = (spans: readonly Span[], length: number): Span[] =>
  spans.flatMap(([from, to]): Span[] => (from < length ? [[from, Math.min(to, length)]] : []))

/** One model call of an attempt: what was asked, what was rendered, what was sampled. */
export const Call = z.object({
  /** What the call was for: solver, rewriter, summarizer, critic, rationalizer, verifier, judge, or a name of the solver's own. */
  role: z.string().min(1),
  /** Id of the model that answered; and its name where it was not the one that attempts the task but a teacher. */
  model: z.string(),
  by: z.string().nullable().default(null),
  messages: z.array(Message),
  /** The answer, think block stripped, and the think block. */
  text: z.string(),
  reasoning: z.string().nullable().default(null),
  /** The prompt as rendered, special tokens included; null where the backend does not tell. */
  promptText: z.string().nullable().default(null),
  templateArguments: z.record(z.string(), z.unknown()).nullable().default(null),
  /** Of the model that answered (see Model); ids mean nothing under another one. */
  vocabulary: z.string().nullable().default(null),
  /** Which endpoint or class of machine answered, where there could be several. */
  where: z.string().optional(),
  /** Null for endpoints and scripted models. */
  ids: TokenIds.nullable().default(null),
  /** What was put in for the model (a closed think block, a given beginning): no gradient there. */
  forced: z.array(Span).default([]),
  /** Natural log, one an id, where they were asked for. */
  logprobs: z.array(z.number()).nullable().default(null),
  /** This text is the attempt's answer; true of no call where the answer was put together from several. */
  answer: z.boolean(),
  /** The verdict on this text that the solver itself saw and acted on; null where it saw none. */
  grade: z.object({ reward: z.number(), passed: z.boolean() }).nullable().default(null),
  /** Whether it may become a training row where the attempt passed. */
  trains: z.boolean(),
  seed: z.number().int(),
  finish: Finish,
  tokens: z.object({ prompt: z.number().int(), completion: z.number().int() }),
  seconds: z.number(),
})
export type Call = z.infer<typeof Call>

/** A call as an exchange that ends with its answer. */
export const exchangeOf = ({ messages, text }: Pick<Call, 'messages' | 'text'>): Message[] => [
  ...messages,
  { role: 'assistant', content: text },
]
