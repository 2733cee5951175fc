import { BadInput, type LanguageModel, type Reasoning, type Trace } from '@whetstone/core'

/** Log-likelihood per token of each trace's answer given what preceded it, by trace id. Traces that the model cannot take are absent. */
export async function scoreTraces(
  model: LanguageModel,
  traces: readonly Trace[],
  options: { reasoning?: Reasoning; signal?: AbortSignal } = {},
): Promise<Map<string, number>> {
  if (!model.score)
    throw new BadInput(
      `${model.model.name} was opened by a backend that cannot score: a harvest by likelihood needs the weights, through llama-score`,
    )
  const { reasoning, signal } = options
  const answered = traces.filter(({ messages }) => messages.at(-1)?.role === 'assistant' && messages.at(-1)?.content !== '')
  const requests = answered.map(({ id, messages }) => ({ id, messages, reasoning }))
  const scores = await model.score(requests, { signal })
  return new Map(scores.map(({ id, meanLogLikelihood }) => [id, meanLogLikelihood]))
}
