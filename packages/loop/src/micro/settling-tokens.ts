import type { Trace } from '@whetstone/core'
import type { Micro } from '@whetstone/recipe/micro.ts'
import type { Climb } from './micro-pools.ts'

/** Tokens of prompts and answers. */
export const countTokens = (traces: readonly Pick<Trace, 'tokens'>[]): number =>
  traces.reduce((sum, { tokens }) => sum + tokens.prompt + tokens.completion, 0)

/** About what the attempts and rows of the training that settles will come to, at the length of the attempts at hand; attempts at failures are not foreseen. */
export function settlingTokens(
  kept: readonly Pick<Trace, 'tokens' | 'taskset' | 'level'>[],
  { micro, climb }: { micro: Micro; climb: Climb },
): number {
  const { settle, others } = micro
  if (!settle) return 0
  const climbed = kept.filter(({ taskset, level }) => taskset === climb?.taskset && level <= climb.lowest)
  const other = kept.filter(({ taskset }) => taskset !== climb?.taskset)
  // levels count alike, however many attempts there are of each
  const lengths = [...Map.groupBy(climbed, ({ level }) => level).values()].map(meanTokens)
  const attempts = climb ? settle.attempts : 0
  const rows = Math.min(settle.rows, settle.visits * (attempts + (other.length > 0 ? others.each : 0)))
  const share = other.length === 0 ? 0 : climb ? others.share : 1
  const length = lengths.reduce((sum, each) => sum + each, 0) / Math.max(1, lengths.length)
  return length * (attempts + rows * (1 - share)) + meanTokens(other) * (others.each + rows * share)
}

const meanTokens = (traces: readonly Pick<Trace, 'tokens'>[]): number => countTokens(traces) / Math.max(1, traces.length)

/** The same training with a share of its attempts and rows, where so many are all that the budget leaves; a tenth at least. */
export function scaleSettling<T extends { attempts: number; rows: number }>(settle: T, share: number): T {
  const kept = share >= 1 || Number.isNaN(share) ? 1 : Math.max(0.1, share)
  return { ...settle, attempts: Math.ceil(settle.attempts * kept), rows: Math.ceil(settle.rows * kept) }
}
