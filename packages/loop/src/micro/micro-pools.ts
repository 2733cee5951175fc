import type { Trace } from '@whetstone/core'
import type { LevelRate } from '@whetstone/runs'
import type { Micro } from '@whetstone/recipe/micro.ts'
import type { Pool } from './draw-rows.ts'

/** The climbed course and its lowest unsolved level; null where a recipe climbs none. */
export type Climb = { taskset: string; lowest: number } | null

/**
 * Pools of rows by level. Of unsolved levels, those that fail more weigh more; solved ones weigh alike. Unsolved levels, solved ones and other
 * courses share as the recipe says, those that are there.
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
    ...weigh(below, (1 - share) * climbed, () => 1),
    ...weigh(other, others.share, () => 1),
  ]
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
