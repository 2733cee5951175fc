import type { Trace } from '@whetstone/core'
import { wilson } from '@whetstone/statistics'

/** What showing a memory did to the attempts it was retrieved for. Counts are weighted by age, so they may be fractional. */
export type Lift = {
  id: string
  shown: number
  shownPassed: number
  withheld: number
  withheldPassed: number
  /** Attempts it was retrieved for, unweighted. */
  uses: number
  /** Pass rate when shown minus pass rate when withheld; 0 while either never happened. */
  lift: number
  /** 95% interval of the lift. */
  ci: [low: number, high: number]
  /** The last round in which it was retrieved. */
  lastRound: number
}

/** How often each memory was shown and withheld in each round, by round and memory id: all that lift needs of the traces. */
export type Uses = ReadonlyMap<number, ReadonlyMap<string, Use>>
export type Use = {
  shown: number
  shownPassed: number
  withheld: number
  withheldPassed: number
  /** Prompt tokens of the attempts that it was shown to, and of those that it was withheld from. */
  shownTokens: number
  withheldTokens: number
}

/** Counts the uses of memories over traces that come one after another. */
export async function countUses(traces: AsyncIterable<Trace> | Iterable<Trace>): Promise<Uses> {
  const uses = new Map<number, Map<string, Use>>()
  for await (const { memories, grade, round, tokens } of traces) {
    if (memories.shown.length + memories.withheld.length === 0) continue
    let items = uses.get(round)
    if (!items) uses.set(round, (items = new Map()))
    for (const arm of ['shown', 'withheld'] as const) {
      for (const id of memories[arm]) {
        let use = items.get(id)
        if (!use) items.set(id, (use = { shown: 0, shownPassed: 0, withheld: 0, withheldPassed: 0, shownTokens: 0, withheldTokens: 0 }))
        use[arm]++
        use[`${arm}Tokens`] += tokens.prompt
        if (grade.passed) use[`${arm}Passed`]++
      }
    }
  }
  return uses
}

/**
 * The causal lift of every memory that traces of this and earlier rounds mention: which retrieved items were withheld was decided by coin (see holdOut), so the difference between the two arms is caused by the item.
 * A fold over traces: nothing is kept on the item. Older evidence counts less, by half every `halfLife` rounds, because the model it speaks of has changed since.
 */
export function measureLift(uses: Uses, options: { round: number; halfLife: number }): Map<string, Lift> {
  const lifts = new Map<string, Lift>()
  const of = (id: string): Lift => {
    let lift = lifts.get(id)
    if (!lift)
      lifts.set(id, (lift = { id, shown: 0, shownPassed: 0, withheld: 0, withheldPassed: 0, uses: 0, lift: 0, ci: [-1, 1], lastRound: 0 }))
    return lift
  }
  for (const [round, items] of [...uses].sort(([a], [b]) => a - b)) {
    if (round > options.round) break
    const weight = 0.5 ** ((options.round - round) / options.halfLife)
    for (const [id, counts] of items) {
      const lift = of(id)
      lift.shown += weight * counts.shown
      lift.shownPassed += weight * counts.shownPassed
      lift.withheld += weight * counts.withheld
      lift.withheldPassed += weight * counts.withheldPassed
      lift.uses += counts.shown + counts.withheld
      lift.lastRound = round
    }
  }
  for (const lift of lifts.values()) Object.assign(lift, rateDifference(lift))
  return lifts
}

/** Difference of two independent rates with Newcombe's hybrid score interval (Newcombe 1998b, method 10), which holds for few and for fractional counts. */
function rateDifference({ shown, shownPassed, withheld, withheldPassed }: Lift): Pick<Lift, 'lift' | 'ci'> {
  if (shown === 0 || withheld === 0) return { lift: 0, ci: [-1, 1] }
  const [a, b] = [Math.min(shown, shownPassed), Math.min(withheld, withheldPassed)]
  const [p, q] = [a / shown, b / withheld]
  const [first, second] = [wilson(a, shown), wilson(b, withheld)]
  const lift = p - q
  return { lift, ci: [lift - Math.hypot(p - first.low, second.high - q), lift + Math.hypot(first.high - p, q - second.low)] }
}
