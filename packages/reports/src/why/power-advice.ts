import { points, rate, type Round } from '@whetstone/core'
import type { Plan } from '@whetstone/runs'
import { minimumDetectableEffect } from '@whetstone/statistics'

/** A gain of so much is what a plan warns of where it cannot be seen. */
const sought = 0.1

/** Validation tasks of what was tested: how many there are, where the task set's rows are fixed. */
export type Stock = { place: number; taskset: string; drawn: number; have: number; most: number }

/** The validation tasks behind a decision, of a plan that knows what its tables hold; null where tasks are made as they are asked for. */
export function stockOf({ frontier }: Pick<Round, 'frontier'>, plan: Plan | null): Stock | null {
  const all = (plan?.stock ?? []).filter(({ split }) => split === 'validation')
  const own = frontier ? all.filter(({ taskset }) => taskset === frontier.taskset) : all
  const [first] = own
  if (!first || own.length > 1) return null
  return { ...first, place: all.indexOf(first) }
}

/** What the test could see, in the plan's words and the round's: the two are one story. */
export function powerOf({ decision: made }: Pick<Round, 'decision'>, plan: Plan | null): string | null {
  if (made.n === 0) return null
  const seen = made.minimumDetectableEffect
  if (seen >= 1) return `Power: ${made.n} tasks in ${made.clusters} clusters cannot show any gain.`
  const feared = plan && plan.minimumDetectableEffect > sought
  const missed = `true gains under ${points(seen).slice(1)} points are missed more than one time in five`
  if (feared && seen <= sought && Number.isInteger(made.wins + made.losses))
    return `Power: before the round the plan saw gains from ${points(plan.minimumDetectableEffect)} points only, taking the arms to differ on 30% of the tasks; they differed on ${rate((made.wins + made.losses) / made.n)}, so gains from ${points(seen)} points were seen.`
  if (seen > sought) return made.promoted ? `Power: this gain was large enough to be seen; ${missed}.` : `Power: ${missed}.`
  return made.pValue > made.alpha ? `Power: ${missed}.` : null
}

/** How the test may be made sharper: no more tasks are asked for than there are. */
export function sharpen(
  { decision: made, recipe }: Pick<Round, 'decision' | 'recipe'>,
  stock: Stock | null,
  needed: number | null,
): string {
  const repeated = 'attempt each several times (--eval-samples=4)'
  if (stock === null)
    return `Attempt more validation tasks (--set courses.0.validation=${Math.max(2 * made.n, needed ?? 0)}), or ${repeated}. The gain seen may be real.`
  if (stock.have > stock.drawn) {
    const effect = minimumDetectableEffect({
      n: stock.have,
      discordance: Math.max(0.01, (made.wins + made.losses) / made.n),
      alpha: made.alpha,
    })
    return `Attempt all validation tasks that ${stock.taskset} has, ${stock.have} (${stock.drawn} were attempted): --set courses.${stock.place}.validation=${stock.most}. ${effect < 1 ? `Gains from ${points(effect)} points are seen then. ` : ''}The gain seen may be real.`
  }
  return `All ${stock.have} validation tasks of ${stock.taskset} were attempted, and no setting makes more: bring more rows (recipe ${recipe} names the table), or ${repeated}. The gain seen may be real.`
}
