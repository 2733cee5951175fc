import type { Call } from './call.ts'
import type { Completion, GenerateRequest } from './contracts.ts'
import { templateArguments } from './sampling.ts'

/** The record of an answered request. */
export function toCall(
  request: Pick<GenerateRequest, 'messages' | 'seed' | 'sampling'>,
  completion: Completion,
  { role, by, model, trains }: Pick<Call, 'role' | 'by' | 'trains'> & { model: { id: string; vocabulary?: string | null } },
): Call {
  return {
    role,
    model: model.id,
    by,
    messages: [...request.messages],
    text: completion.text,
    reasoning: completion.reasoning ?? null,
    promptText: completion.promptText ?? null,
    templateArguments: templateArguments(request.sampling) ?? null,
    vocabulary: model.vocabulary ?? null,
    where: completion.where,
    ids: completion.ids ?? null,
    forced: completion.forced ?? [],
    logprobs: completion.logprobs ?? null,
    answer: false,
    grade: null,
    trains,
    seed: request.seed,
    finish: completion.finish,
    tokens: completion.tokens,
    seconds: completion.seconds,
  }
}
