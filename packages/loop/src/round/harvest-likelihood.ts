import type { Rows, Trace } from '@whetstone/core'
import { scoreTraces } from '@whetstone/evaluation'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/**
 * The incumbent's log-likelihood per token of each trace, where a filter of the recipe selects by it; undefined where none does, and then
 * nothing is scored.
 */
export async function harvestLikelihood(
  { recipe, incumbent, models, signal }: RoundContext,
  traces: Rows<Trace>,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (!recipe.harvest.some(({ needsLikelihood }) => needsLikelihood)) return undefined
  await using model = await models.open('incumbent', incumbent.model)
  const { reasoning, templateArguments } = recipe.sampling
  return scoreTraces(model, traces, { signal, reasoning, templateArguments })
}
