import { mcnemar } from './mcnemar.ts'
import { type Paired, summarizePairs } from './paired.ts'
import { signFlip } from './sign-flip.ts'

export type PairedTest = {
  /** The test's name without its side, e.g. `exact McNemar`. */
  test: string
  /** Chance alone gives a difference at least this good; at least this bad; at least this large. */
  greater: number
  less: number
  twoSided: number
}

/**
 * The test of {@link comparePairs} alone, for callers that need no interval. One attempt a task, each task its own cluster: exact McNemar. Several attempts: sign-flip
 * permutation of the per-task means. Tasks that share clusters (templates, keys): sign-flip permutation of the clusters' sums, since tasks
 * of one cluster rise and fall together.
 */
export function pairedTest(pairs: readonly Paired[], options: { seed: number }): PairedTest {
  const { clustered, binary, clusters, wins, losses } = summarizePairs(pairs)
  if (!clustered && binary) {
    const { greater, twoSided } = mcnemar(wins, losses)
    return { test: 'exact McNemar', greater, less: mcnemar(losses, wins).greater, twoSided }
  }
  const { greater, less, twoSided } = signFlip(
    clusters.map(({ sum }) => (Math.abs(sum) < 1e-12 ? 0 : sum)),
    options,
  )
  return { test: `sign-flip permutation over ${clustered ? 'clusters' : 'tasks'}`, greater, less, twoSided }
}
