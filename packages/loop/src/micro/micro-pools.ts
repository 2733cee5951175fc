import type { Trace } from '@whetstone/core'
import type { LevelRate } from '@whetstone/runs'
import type { Micro } from '@whetstone/recipe/micro.ts'
import { visitsLeft, type Pool } from './draw-rows.ts'

/** The climbed course and its lowest unsolved level; null where a recipe climbs none. */
export type Climb = { taskset: string; lowest: number } | null

/**
 * Pools of rows by level: what fails more weighs more, what never fails a little. Unsolved levels, solved ones and other courses share as the
 * recipe says, those that are there.
 */
export function microPools(
  { fresh, earlier, rates, climb }: { fresh: readonly Trace[]; earlier: readonly Trace[]; rates: readonly LevelRate[]; climb: Climb },
  { share, others }: Pick<Micro, 'share' | 'others'>,
): Pool<Trace>[] {
  const rateOf = (taskset: string, level: number) => rates.find((each) => each.taskset === taskset && each.level === level)?.rate ?? 1
  const own = (trace: Trace) => trace.taskset === climb?.taskset
  const above = byLevel([...fresh, ...earlier].filter((trace) => own(trace) && trace.level >= (climb?.lowest ?? 0)))
  const below = byLevel(fresh.filter((trace) => own(trace) && trace.level < (climb?.lowest ?? 0)))
  const other = byLevel(fresh.filter((trace) => !own(trace)))
  const climbed = other.length > 0 ? 1 - others.share : 1
  return [
    ...weigh(above, share * climbed, ({ taskset, level }) => Math.max(0.05, 1.05 - rateOf(taskset, level))),
    ...weigh(below, (1 - share) * climbed, ({ taskset, level }) => 1.15 - rateOf(taskset, level)),
    ...weigh(other, others.share, () => 1),
  ]
}

/**
 * Rows of a training: as many as the recipe says, fewer while the unsolved levels give few, since what is solved would fill the rest and teach
 * nothing; a quarter at least.
 */
export function countRows(
  pools: readonly Pool<Trace>[],
  climb: Climb,
  { rows, share, visits, others }: Pick<Micro, 'rows' | 'share' | 'visits' | 'others'>,
  used: ReadonlyMap<string, number>,
): number {
  if (!climb || share === 0) return rows
  const unsolved = pools.filter(({ rows: [row] }) => row !== undefined && row.taskset === climb.taskset && row.level >= climb.lowest)
  const left = unsolved.reduce((sum, pool) => sum + visitsLeft(pool, { visits, used }), 0)
  const climbed = pools.some(({ rows: [row] }) => row !== undefined && row.taskset !== climb.taskset) ? 1 - others.share : 1
  return Math.max(Math.ceil(rows / 4), Math.min(rows, Math.ceil(left / (share * climbed))))
}

/** One pool a level, all alike: rows for a training that settles. */
export const settlingPools = (fresh: readonly Trace[], { others }: Pick<Micro, 'others'>, climb: Climb): Pool<Trace>[] => {
  const [climbed, other] = [
    fresh.filter(({ taskset }) => taskset === climb?.taskset),
    fresh.filter(({ taskset }) => taskset !== climb?.taskset),
  ]
  return [...weigh(byLevel(climbed), other.length > 0 ? 1 - others.share : 1, () => 1), ...weigh(byLevel(other), others.share, () => 1)]
}

const byLevel = (traces: readonly Trace[]): Trace[][] => [...Map.groupBy(traces, ({ taskset, level }) => `${taskset} ${level}`).values()]

function weigh(levels: readonly Trace[][], share: number, weightOf: (trace: Trace) => number): Pool<Trace>[] {
  const weights = levels.map((rows) => weightOf(rows[0] as Trace))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return levels.map((rows, i) => {
    const { taskset, level } = rows[0] as Trace
    return { level: `${taskset} ${level}`, rows, weight: (share * (weights[i] as number)) / total }
  })
}
