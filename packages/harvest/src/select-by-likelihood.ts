import { BadInput, random, shuffle } from '@whetstone/core'

export type LikelihoodOrder = 'highest' | 'lowest' | 'random'

/**
 * `count` items of the highest or lowest likelihood, or at random. Items without a likelihood (the model could not take them) are never
 * chosen by it.
 */
export function selectByLikelihood<T>(
  items: readonly T[],
  likelihood: (item: T) => number | undefined,
  { order, count, seed }: { order: LikelihoodOrder; count: number; seed: number },
): T[] {
  if (order === 'random') return shuffle(items, random(seed)).slice(0, count)
  const scored = items.flatMap((item) => {
    const value = likelihood(item)
    return value === undefined ? [] : [{ item, value }]
  })
  if (scored.length === 0 && items.length > 0)
    throw new BadInput('A selection by likelihood needs likelihoods, and there are none: score with a backend that can (llama-score)')
  const sign = order === 'highest' ? -1 : 1
  return scored
    .sort((a, b) => sign * (a.value - b.value))
    .slice(0, count)
    .map(({ item }) => item)
}
