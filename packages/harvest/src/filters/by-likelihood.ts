import { BadInput, type Filter, random, shuffle } from '@whetstone/core'

export type LikelihoodOrder = 'highest' | 'lowest' | 'random'

/**
 * A share of the traces, chosen by how likely the incumbent finds their answers (log-likelihood per token, so that length does not decide):
 * the most familiar, the most surprising, or as many at random, the control that the other two are measured against (SLM Reasoning). The
 * kept traces stay in their order.
 */
export function byLikelihood({ order, share }: { order: LikelihoodOrder; share: number }): Filter {
  if (!(share > 0 && share <= 1)) throw new BadInput(`byLikelihood: share must lie above 0 and at most 1, not ${share}`)
  return {
    name: `by-likelihood ${order} ${share}`,
    needsLikelihood: order !== 'random',
    async *apply(rows, { seed, likelihood }) {
      const traces = await Array.fromAsync(rows)
      const count = Math.ceil(traces.length * share)
      const kept = new Set(selectByLikelihood(traces, ({ id }) => likelihood?.get(id), { order, count, seed }))
      yield* traces.filter((trace) => kept.has(trace))
    },
  }
}

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
