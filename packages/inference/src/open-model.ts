import { checkWeights } from './check-weights.ts'
import type { Backend, LanguageModel, Model, OpenOptions, Sampling } from '@whetstone/core'

/** A model with what runs it and how it samples where that differs from what it is asked for. */
export type ModelUse = {
  model: Model
  backend: Backend
  sampling?: Partial<Sampling>
  context?: number
  concurrency?: number
}

/** Opens a model for whatever role it plays: incumbent, candidate, teacher, reflector, judge, summarizer. */
export async function openModel(use: ModelUse, options: OpenOptions): Promise<LanguageModel> {
  const { model, backend, sampling, context = options.context, concurrency = options.concurrency } = use
  await checkWeights(model)
  const opened = await backend.open(model, { ...options, context, concurrency })
  if (!sampling || Object.keys(sampling).length === 0) return opened
  return {
    model: opened.model,
    score: opened.score?.bind(opened),
    ahead: opened.ahead?.bind(opened),
    generate: (requests, how) =>
      opened.generate(
        requests.map((request) => ({ ...request, sampling: { ...request.sampling, ...sampling } })),
        how,
      ),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}
