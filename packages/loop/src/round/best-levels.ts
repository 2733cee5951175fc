import type { Decision, LevelName, Model } from '@whetstone/core'
import type { BestLevels } from '@whetstone/runs'

/**
 * The run's best model on each guarded level after a round, where that is not the one that is served: what the next guards compare with,
 * so that many small losses in a row are seen. A promoted candidate that did no worse than the best takes its place; one that did worse
 * leaves it.
 */
export function bestAfter(
  before: BestLevels,
  { decision, incumbent, round }: { decision: Decision; incumbent: { model: Model; bank: string | null }; round: number },
): BestLevels {
  const same = (a: LevelName, b: LevelName) => a.taskset === b.taskset && a.level === b.level
  if (!decision.promoted) return before
  const guarded = decision.nonInferiority
  const untouched = before.filter((entry) => !guarded.some((level) => same(entry, level)))
  const lost = guarded.filter(({ difference }) => difference < 0)
  return [
    ...untouched,
    ...lost.map(({ taskset, level }) => before.find((entry) => same(entry, { taskset, level })) ?? { taskset, level, round, ...incumbent }),
  ]
}
