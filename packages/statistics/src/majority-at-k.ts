import { random, shuffle } from '@whetstone/core'

/**
 * One attempt's final answer in a form that equal answers share, null where there is none (it never wins a vote), and whether it passed.
 */
export type Vote = { answer: string | null; passed: boolean }

/**
 * Chance that the most frequent answer of k attempts is right (self-consistency, Wang et al. 2022), ties split evenly: the mean over all
 * subsets of size k where these are at most 5000, else over 2000 random ones.
 */
export function majorityAtK(votes: readonly Vote[], k: number, options: { seed: number }): number {
  if (!(k >= 1 && votes.length >= k)) throw new RangeError(`majorityAtK: k = ${k} from ${votes.length} attempts`)
  let sum = 0
  let count = 0
  for (const subset of countSubsets(votes.length, k) <= 5000 ? subsets(votes, k) : randomSubsets(votes, k, options.seed)) {
    sum += majorityIsRight(subset)
    count++
  }
  return sum / count
}

/** 1, 0, or the share of right ones among answers that tie for first. */
function majorityIsRight(votes: readonly Vote[]): number {
  const tally = new Map<string, { count: number; passed: boolean }>()
  for (const { answer, passed } of votes) {
    if (answer === null) continue
    const entry = tally.get(answer)
    tally.set(answer, { count: (entry?.count ?? 0) + 1, passed: entry?.passed ?? passed })
  }
  const most = Math.max(0, ...[...tally.values()].map(({ count }) => count))
  const first = [...tally.values()].filter(({ count }) => count === most)
  return first.length === 0 ? 0 : first.filter(({ passed }) => passed).length / first.length
}

function countSubsets(n: number, k: number): number {
  let count = 1
  for (let i = 0; i < k; i++) count = (count * (n - i)) / (i + 1)
  return Math.round(count)
}

function* subsets(votes: readonly Vote[], k: number, from = 0): Generator<Vote[]> {
  if (k === 0) {
    yield []
    return
  }
  for (let i = from; i <= votes.length - k; i++) for (const rest of subsets(votes, k - 1, i + 1)) yield [votes[i] as Vote, ...rest]
}

function* randomSubsets(votes: readonly Vote[], k: number, seed: number): Generator<Vote[]> {
  const next = random(seed)
  for (let i = 0; i < 2000; i++) yield shuffle(votes, next).slice(0, k)
}
