import type { Decision } from '@whetstone/core'
import { points, rate, showP } from '@whetstone/core'

type Circumstances = { kind: 'candidate' | 'memory' | 'none'; where: string; comparable: boolean; unpaired: number }

/** One line that says what was decided and why: begins `promoted: ` or `kept: `. */
export function explainDecision(decision: Decision, { kind, where, comparable, unpaired }: Circumstances): string {
  const { n, incumbentRate, candidateRate, difference, ci, pValue, alpha, clusters, minimumDetectableEffect: smallest } = decision
  if (n === 0)
    return `kept: no evidence of improvement: no task was attempted by both arms (${kind === 'none' ? 'nothing was trained and there is only one memory setting' : decision.arm})`
  const names = kind === 'memory' ? 'memory off to on, ' : ''
  const gain = `${names}${where} ${rate(incumbentRate)} to ${rate(candidateRate)} (${points(difference)} points, 95% interval ${points(ci[0])} to ${points(ci[1])})`
  const p = `p = ${showP(pValue)}`
  if (!comparable)
    return `kept: the arms are not comparable: ${unpaired} tasks have an outcome in one arm only, ${n} in both; run the round again once the backend answers`
  if (pValue > alpha) {
    const missed =
      smallest >= 1
        ? `${n} tasks in ${clusters} cluster${clusters === 1 ? '' : 's'} cannot show any gain at this level: evaluate more`
        : `a true gain under ${points(smallest).slice(1)} points would have been missed more than one time in five`
    return `kept: no evidence of improvement: ${gain}, ${p} > ${showP(alpha)}; ${missed}`
  }
  if (kind === 'memory') return `kept: nothing was trained; memory helps: ${gain}, ${p}`
  const lost = decision.nonInferiority.filter((level) => !level.passed)
  if (lost.length > 0) return `kept: better at ${gain}, ${p}, but may have lost what was solved: ${lost.map(explainLevel).join('; ')}`
  const guarded = decision.nonInferiority.length
  return `promoted: ${gain}, ${p} <= ${showP(alpha)}${guarded > 0 ? `; not worse on ${guarded} solved level${guarded === 1 ? '' : 's'}` : ''}`
}

/** With no loss among n tasks the exact 95% bound is 0.05^(1/n) - 1: above -margin only from log 0.05 / log(1 - margin) tasks on. */
function explainLevel({ taskset, level, n, difference, low, margin }: Decision['nonInferiority'][number]): string {
  const needed = Math.ceil(Math.log(0.05) / Math.log1p(-margin))
  const name = `${taskset} level ${level}`
  if (n === 0) return `${name} was not evaluated`
  if (difference === 0 && n < needed) return `${name} has ${n} tasks, and fewer than ${needed} can never show it`
  return `${name} ${points(difference)} points, 95% bound ${points(low)} not above ${points(-margin)}`
}
