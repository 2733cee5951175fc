import { z } from 'zod'
import { RecordedPath } from './paths.ts'

/** Weights on disk, described by a card. What is gated is exactly what is served: the file, or base + adapter. */
export const Model = z.object({
  /** Hash of the weights: `model-` and 16 hex digits. */
  id: z.string(),
  name: z.string(),
  /** GGUF file of the weights, or of the base where there is an adapter; null when an endpoint serves weights that are elsewhere. */
  path: RecordedPath.nullable(),
  /** GGUF LoRA adapter on top of `path`. */
  adapter: RecordedPath.nullable().default(null),
  /** What the adapter is multiplied by when it is served, where not 1. */
  adapterScale: z.number().positive().optional(),
  /** What the next training goes on from, where `path` was made of it (merged, quantized) to be served. */
  master: z.object({ path: RecordedPath, adapter: RecordedPath.nullable(), quantization: z.string().nullable() }).optional(),
  parent: z.string().nullable().default(null),
  dataset: z.string().nullable().default(null),
  trainer: z.string().nullable().default(null),
  /** F32, Q8_0, … as the file says. */
  quantization: z.string().nullable().default(null),
  architecture: z.string().nullable().default(null),
  parameters: z.number().nullable().default(null),
  /** Hash of token list and chat template: token ids and rendered prompts of models that share it are interchangeable. Null where they are not known. */
  vocabulary: z.string().nullable().default(null),
  createdAt: z.string(),
  metadata: z.record(z.string(), z.unknown()).default({}),
})
export type Model = z.infer<typeof Model>

/** The card, less its id and name, of what has no weights here: an endpoint's model, a program that answers. */
export const weightless = {
  path: null,
  adapter: null,
  parent: null,
  dataset: null,
  trainer: null,
  quantization: null,
  architecture: null,
  parameters: null,
  vocabulary: null,
  createdAt: '1970-01-01T00:00:00.000Z',
  metadata: {},
} satisfies Omit<Model, 'id' | 'name'>

/** A model's adapter as llama.cpp's own programs are told of it. */
export function adapterFlags({ adapter, adapterScale = 1 }: Pick<Model, 'adapter' | 'adapterScale'>): string[] {
  if (adapter === null) return []
  return adapterScale === 1 ? ['--lora', adapter] : ['--lora-scaled', `${adapter}:${adapterScale}`]
}
