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
  if (ci[1] < 0) return `kept: ${kind === 'memory' ? 'nothing was trained; memory hurts' : 'the candidate is worse'}: ${gain}`
  if (pValue > alpha) {
    const missed =
      smallest >= 1
        ? `${n} tasks in ${clusters} cluster${clusters === 1 ? '' : 's'} cannot show any gain at this level: evaluate more`
        : `a true gain under ${points(smallest).slice(1)} points would have been missed more than one time in five`
    // an interval above 0 is some evidence: what is asked for is more, since a run looks again and again
    const evidence = ci[0] > 0 ? 'too little evidence of improvement for this look' : 'no evidence of improvement'
    return `kept: ${evidence}: ${gain}, ${p} > ${showP(alpha)}; ${missed}`
  }
  if (kind === 'memory') return `kept: nothing was trained; memory helps: ${gain}, ${p}`
  const alarms = decision.nonInferiority.filter((level) => !level.passed)
  const { guard } = decision
  if (guard?.passed === false || alarms.length > 0) {
    const lost = [...(guard?.passed === false ? [explainGuard(guard)] : []), ...alarms.map(explainAlarm)]
    return `kept: better at ${gain}, ${p}, but may have lost what was solved: ${lost.join('; ')}`
  }
  const guarded = decision.nonInferiority.length
  const kept = guarded > 0 ? `; not worse on ${guarded === 1 ? 'the level' : `the ${guarded} levels`} below` : ''
  return `promoted: ${gain}, ${p} <= ${showP(alpha)}${kept}`
}

/** With no loss among n tasks the exact 95% bound is 0.05^(1/n) - 1: above -margin only from log 0.05 / log(1 - margin) tasks on. */
function explainGuard({ n, difference, low, margin }: NonNullable<Decision['guard']>): string {
  const needed = Math.ceil(Math.log(0.05) / Math.log1p(-margin))
  if (n < needed) return `the guarded levels have ${n} tasks, and fewer than ${needed} can never show it`
  return `the guarded levels together ${points(difference)} points, 95% bound ${points(low)} not above ${points(-margin)}`
}

function explainAlarm({ taskset, level, n, difference, reference = 'incumbent', pLost = 1 }: Decision['nonInferiority'][number]): string {
  if (n === 0) return `${taskset} level ${level} was not evaluated`
  return `${taskset} level ${level} ${points(difference)} points${reference === 'incumbent' ? '' : ` against the ${reference}`}, p = ${showP(pLost)} after Holm`
}
