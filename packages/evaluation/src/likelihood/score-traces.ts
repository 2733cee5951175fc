import { BadInput, type LanguageModel, type Sampling, type Rows, type ScoreRequest, type Trace } from '@whetstone/core'

/** Traces that are scored at once: always these, so that a score does not depend on what is resumed. */
const batch = 4096

/** Log-likelihood per token of each trace's answer given what preceded it, by trace id. Traces that the model cannot take are absent. */
export async function scoreTraces(
  model: LanguageModel,
  traces: Rows<Trace>,
  options: Pick<Sampling, 'reasoning' | 'templateArguments'> & { signal?: AbortSignal } = {},
): Promise<Map<string, number>> {
  if (!model.score)
    throw new BadInput(
      `${model.model.name} was opened by a backend that cannot score: a harvest by likelihood needs the weights, through llama-score`,
    )
  const { reasoning, templateArguments, signal } = options
  const likelihoods = new Map<string, number>()
  let waiting: ScoreRequest[] = []
  const flush = async () => {
    for (const { id, meanLogLikelihood } of (await model.score?.(waiting, { signal })) ?? []) likelihoods.set(id, meanLogLikelihood)
    waiting = []
  }
  for await (const { id, messages } of traces) {
    if (messages.at(-1)?.role !== 'assistant' || messages.at(-1)?.content === '') continue
    waiting.push({ id, messages, reasoning, templateArguments })
    if (waiting.length === batch) await flush()
  }
  if (waiting.length > 0) await flush()
  return likelihoods
}
