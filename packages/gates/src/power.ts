import { powerTable } from '@whetstone/statistics'
import { points, rate } from '@whetstone/core'

/** The power that a plan should have for what it seeks. */
const wanted = 0.8

/**
 * A table of what a comparison can find, as lines to print before a run that cannot detect what it seeks; empty where it can. `n` tasks of
 * which the arms differ on a share `discordance`; `sought` is the gain hoped for, a fraction; `designEffect` above 1 where tasks share
 * clusters.
 */
export function warnOfPower(plan: { n: number; discordance: number; alpha: number; sought: number; designEffect?: number }): string {
  const { sought, n } = plan
  const rows = powerTable(
    plan,
    [...new Set([0.02, 0.05, 0.1, 0.2, sought])].sort((a, b) => a - b),
  )
  const own = rows.find(({ effect }) => effect === sought)
  if (!own || own.power >= wanted) return ''
  return [
    `This round is unlikely to show a gain of ${points(sought)} points: with ${n} tasks it\n  would be seen ${rate(own.power)} of the time; ${own.needed} tasks would do (80%)`,
    '  true gain  seen with these tasks  tasks for 80%',
    ...rows.map(
      ({ effect, power, needed }) => `  ${points(effect).padStart(9)}  ${rate(power).padStart(21)}  ${String(needed).padStart(13)}`,
    ),
  ].join('\n')
}
