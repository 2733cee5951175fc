import { deriveSeed, random } from '@whetstone/core'

/**
 * Splits what was retrieved for one attempt into what is shown and what is withheld, each item by its own coin: the randomization from which its lift is estimated later. For train collection only.
 * The coin depends on seed, attempt and item alone, so that a resumed collection draws the same.
 */
export function holdOut<T extends { id: string }>(
  retrieved: readonly T[],
  options: { probability: number; seed: number; attempt: string },
): { shown: T[]; withheld: T[] } {
  const withheld = (item: T) => random(deriveSeed(options.seed, 'hold-out', options.attempt, item.id))() < options.probability
  return { shown: retrieved.filter((item) => !withheld(item)), withheld: retrieved.filter(withheld) }
}
