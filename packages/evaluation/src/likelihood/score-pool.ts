import { BadInput, type LanguageModel, type Reasoning, type Score } from '@whetstone/core'
import { type PoolItem, poolMessages } from './pool.ts'

/** The score of a pool's item; `index` is its place in the pool, from 0. */
export type ItemScore = Omit<Score, 'id'> & { index: number; type: string }

/**
 * Likelihood of every output of a pool given its prompt, in the pool's order. Items that the model cannot take (too long, outside its
 * vocabulary) are left out.
 */
export async function scorePool(
  model: LanguageModel,
  pool: readonly PoolItem[],
  options: { reasoning?: Reasoning; signal?: AbortSignal } = {},
): Promise<ItemScore[]> {
  if (!model.score)
    throw new BadInput(`${model.model.name} was opened by a backend that cannot score: likelihoods need the weights, through llama-score`)
  const { reasoning, signal } = options
  const requests = pool.map((item, index) => ({
    id: String(index),
    messages: poolMessages(item),
    reasoning,
  }))
  const scores = await model.score(requests, { signal })
  return scores
    .map(({ id, ...score }) => ({ ...score, index: Number(id), type: pool[Number(id)]?.type ?? '' }))
    .sort((a, b) => a.index - b.index)
}
