import { Finish, Gpu, hash, Message, Reasoning, Sampling, Span, TokenIds } from '@whetstone/core'
import { z } from 'zod'

/** Goes up when what travels changes its meaning: machines of another number are refused. */
export const protocol = 1

const Blob = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int().positive() })

/** What a coordinator wants sampled: everything a worker must know, and nothing of recipes, references or keys. */
export const Offer = z.object({
  protocol: z.number().int(),
  tools: z.string(),
  model: z.object({
    id: z.string(),
    name: z.string(),
    vocabulary: z.string().nullable(),
    parameters: z.number().nullable(),
    weights: Blob,
    adapter: Blob.nullable(),
    adapterScale: z.number().positive().optional(),
  }),
  backend: z.object({ name: z.string(), settings: z.record(z.string(), z.unknown()) }),
  open: z.object({
    concurrency: z.number().int().positive(),
    context: z.number().int().positive().optional(),
    gpu: Gpu.optional(),
    gpuLayers: z.number().int().optional(),
    logprobs: z.boolean().optional(),
    date: z.string().optional(),
  }),
})
export type Offer = z.infer<typeof Offer>
export const offerKey = (offer: Offer): string => hash(offer).slice(0, 24)

const GenerateRow = z.object({ id: z.string(), messages: z.array(Message), seed: z.number().int(), sampling: Sampling })
const ScoreRow = z.object({
  id: z.string(),
  messages: z.array(Message),
  reasoning: Reasoning.optional(),
  templateArguments: z.record(z.string(), z.unknown()).optional(),
})

/** One job: a list of requests that is one batch of the worker's backend. */
export const Job = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('generate'), offer: z.string(), requests: z.array(GenerateRow) }),
  z.object({ kind: z.literal('score'), offer: z.string(), requests: z.array(ScoreRow) }),
])
export type Job = z.infer<typeof Job>

const Answer = z.object({
  id: z.string(),
  text: z.string(),
  reasoning: z.string().optional(),
  finish: Finish,
  tokens: z.object({ prompt: z.number(), completion: z.number() }),
  seconds: z.number(),
  promptText: z.string().optional(),
  ids: TokenIds.optional(),
  forced: z.array(Span).optional(),
  logprobs: z.array(z.number()).optional(),
})
const FaultRow = z.object({ id: z.string(), fault: z.string(), retries: z.number() })
const ScoreResult = z.object({
  id: z.string(),
  logLikelihood: z.number(),
  meanLogLikelihood: z.number(),
  /** JSON knows no infinity. */
  perplexity: z
    .number()
    .nullable()
    .transform((value) => value ?? Infinity),
  tokens: z.number(),
  entropy: z.number(),
  greedyMatch: z.boolean(),
})

/** What a worker did with a job, and what it is. */
export const Result = z.object({
  job: z.string(),
  worker: z.string(),
  class: z.string(),
  protocol: z.number().int(),
  tools: z.string(),
  weights: z.string(),
  adapter: z.string().nullable(),
  seconds: z.number(),
  answers: z.array(z.union([FaultRow, Answer])).optional(),
  scores: z.array(ScoreResult).optional(),
})
export type Result = z.infer<typeof Result>

/** A worker, as it says of itself every few seconds. */
export const WorkerCard = z.object({
  id: z.string(),
  protocol: z.number().int(),
  tools: z.string(),
  /** Class of machine by the key of each offer that it takes. */
  takes: z.record(z.string(), z.string()),
  /** Why it takes others not. */
  refuses: z.record(z.string(), z.string()),
  loaded: z.string().nullable(),
  done: z.number().int(),
})
export type WorkerCard = z.infer<typeof WorkerCard>

/** Names in Redis. */
export const names = {
  prefix: 'whetstone',
  queue: (key: string, lane: string) => `jobs-${key}-${lane}`,
  offers: 'whetstone:offers',
  offer: (key: string) => `whetstone:offer:${key}`,
  workers: 'whetstone:workers',
  worker: (id: string) => `whetstone:worker:${id}`,
  dead: 'whetstone:dead',
}
/** Milliseconds after which an offer, a worker that says nothing more is gone; and an offer that one run has ended with, where no other says it too. */
export const lasts = { offer: 60_000, worker: 15_000, farewell: 5000 }

/** Jobs that could not be done, newest first. */
export const DeadJob = z.object({ job: z.string(), offer: z.string(), reason: z.string(), requests: z.number().int(), at: z.string() })
export type DeadJob = z.infer<typeof DeadJob>
