import { openBank } from '../open-bank.ts'
import { measureLift, type Lift, type Use, type Uses } from './measure-lift.ts'

/** What a bank was at the end of one round. */
export type BankQuality = {
  tag: string
  round: number
  /** Live items, and retired ones by reason. */
  size: number
  retired: Record<string, number>
  /** Share of live items that were learned from successes. */
  successes: number
  /** Lift of the live items that have been both shown and withheld: how many, quartiles, and how many have an interval above and below zero. */
  lift: { measured: number; quartiles: [number, number, number] | null; helpful: number; harmful: number }
  /** Prompt tokens that an item adds where it is shown, over the uses in this round's train collection; null where none was both shown and withheld. */
  tokens: number | null
}

/** Quality of a bank over its tagged rounds, from the tables as they were and the uses in train collection up to then. `rounds` says which tag is which round's; a tag that the bank lacks is passed over. */
export async function bankQuality(
  uri: string,
  uses: Uses,
  options: { rounds: readonly { round: number; tag: string }[]; halfLife?: number },
): Promise<BankQuality[]> {
  await using newest = await openBank({ uri, embedder: null })
  const tags = new Set((await newest.tags()).map(({ name }) => name))
  const rounds: BankQuality[] = []
  for (const { round, tag } of options.rounds.filter((each) => tags.has(each.tag))) {
    await using bank = await openBank({ uri, embedder: null, tag })
    const items = await bank.memories({ retired: true })
    const live = items.filter((item) => item.retired === null)
    const reasons = Map.groupBy(
      items.filter((item) => item.retired !== null),
      ({ retiredFor }) => retiredFor ?? 'otherwise',
    )
    const lifts = measureLift(uses, { round, halfLife: options.halfLife ?? 8 })
    const measured = live.flatMap((item) => lifts.get(item.id) ?? []).filter((lift) => lift.shown > 0 && lift.withheld > 0)
    rounds.push({
      tag,
      round,
      size: live.length,
      retired: Object.fromEntries([...reasons].map(([reason, group]) => [reason, group.length])),
      successes: live.length === 0 ? 0 : live.filter((item) => item.success).length / live.length,
      lift: {
        measured: measured.length,
        quartiles: quartiles(measured),
        helpful: measured.filter((lift) => lift.ci[0] > 0).length,
        harmful: measured.filter((lift) => lift.ci[1] < 0).length,
      },
      tokens: costInTokens([...(uses.get(round)?.values() ?? [])]),
    })
  }
  return rounds
}

/** Mean prompt tokens with an item less those without it: which attempts it was withheld from was decided by coin, so the difference is the item's. */
function costInTokens(uses: readonly Use[]): number | null {
  const both = uses.filter(({ shown, withheld }) => shown > 0 && withheld > 0)
  const shown = both.reduce((sum, use) => sum + use.shown, 0)
  if (shown === 0) return null
  return both.reduce((sum, use) => sum + use.shownTokens - (use.withheldTokens / use.withheld) * use.shown, 0) / shown
}

function quartiles(lifts: readonly Lift[]): [number, number, number] | null {
  if (lifts.length === 0) return null
  const sorted = lifts.map(({ lift }) => lift).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number
  return [at(0.25), at(0.5), at(0.75)]
}

/** The items with the best and the worst lift, both measured: what a report lists. */
export function extremes(lifts: ReadonlyMap<string, Lift>, count: number): { best: Lift[]; worst: Lift[] } {
  const sorted = [...lifts.values()]
    .filter((lift) => lift.shown > 0 && lift.withheld > 0)
    .sort((a, b) => b.ci[0] - a.ci[0] || b.lift - a.lift)
  const worst = [...sorted].sort((a, b) => a.ci[1] - b.ci[1] || a.lift - b.lift)
  return { best: sorted.filter(({ lift }) => lift > 0).slice(0, count), worst: worst.filter(({ lift }) => lift < 0).slice(0, count) }
}
