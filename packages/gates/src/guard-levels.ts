import type { Decision, Evaluation, GateRequest } from '@whetstone/core'
import { comparePairs, holm } from '@whetstone/statistics'
import { gatePairs } from './gate-pairs.ts'

/** Error of the bound and of the alarms. They must pass besides the test, so that they need no correction against it. */
const alpha = 0.05

export type Guard = Pick<Decision, 'nonInferiority'> & { guard: NonNullable<Decision['guard']> | null }

/**
 * What the candidate may not lose: every level that was evaluated and is not of the frontier, each against the run's best model there.
 *
 * - All of them pooled, tasks paired within their level: the one-sided 95% bound must stay above -margin. Guarding each level alone would
 *   block good candidates (with no true loss and 11 levels of 400 tasks three rounds in four).
 * - Each level alone is an alarm: it has lost (Holm over the levels, 5%) and by as much as `alarm`.
 */
export function guardLevels(
  { evaluations, references, frontier, memory, seed }: GateRequest,
  { margin, alarm }: { margin: number; alarm: number },
): Guard {
  if (frontier.length === 0) return { nonInferiority: [], guard: null }
  const at = (arms: readonly Evaluation[], { taskset, level }: { taskset: string; level: number }) =>
    arms.filter((arm) => arm.memory === memory && arm.taskset === taskset && arm.level === level)
  const incumbents = evaluations.filter((arm) => arm.model === 'incumbent' && arm.memory === memory)
  const levels = incumbents
    .map(({ taskset, level }) => ({ taskset, level }))
    .filter(({ taskset, level }) => !frontier.some((named) => named.taskset === taskset && named.level === level))
  const compared = levels.map((level) => {
    const best = at(references, level)
    const { pairs } = gatePairs(
      best.length > 0 ? best : at(incumbents, level),
      at(
        evaluations.filter((arm) => arm.model === 'candidate'),
        level,
      ),
    )
    return { level, pairs, reference: best[0]?.arm ?? 'incumbent', ...comparePairs(pairs, { seed, alpha, margin: alarm }) }
  })
  const lost = holm(compared.map(({ less }) => less))
  const nonInferiority = compared.map(({ level, n, difference, equivalence, reference }, i) => ({
    ...level,
    n,
    difference,
    low: equivalence?.low ?? -1,
    margin: alarm,
    passed: n > 0 && !((lost[i] as number) <= alpha && difference <= -alarm),
    pLost: lost[i],
    reference,
  }))
  if (levels.length === 0) return { nonInferiority, guard: null }
  const all = comparePairs(
    compared.flatMap(({ pairs }) => pairs),
    { seed, alpha, margin },
  )
  const low = all.equivalence?.low ?? -1
  return { nonInferiority, guard: { n: all.n, difference: all.difference, low, margin, passed: low > -margin } }
}
