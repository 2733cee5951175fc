import { bankQuality, extremes, measureLift, openBank, type Lift, type Uses } from '@whetstone/memory'
import { bankRounds } from '@whetstone/runs'
import type { Section } from './report/section.ts'
import { points, rate } from '@whetstone/core'

/** What a report says of a bank: its quality over the rounds, and its best and worst items by lift, as the train attempts so far show them. */
export async function memorySections(uri: string, uses: Uses, { round, count = 5 }: { round: number; count?: number }): Promise<Section[]> {
  const quality = await bankQuality(uri, uses, { rounds: bankRounds(round) })
  const lifts = measureLift(uses, { round, halfLife: 8 })
  const { best, worst } = extremes(lifts, count)
  await using bank = await openBank({ uri, embedder: null })
  const items = new Map((await bank.memories({ retired: true })).map((memory) => [memory.id, memory]))
  const row = (kind: string) => (lift: Lift) => {
    const memory = items.get(lift.id)
    return [
      kind,
      memory?.title ?? lift.id,
      (memory?.content ?? 'not in this bank').replace(/\s+/g, ' ').slice(0, 120),
      points(lift.lift),
      `${points(lift.ci[0])} to ${points(lift.ci[1])}`,
      String(lift.uses),
      memory?.retired ?? '',
    ]
  }
  const quartiles = (values: readonly number[] | null) => values?.map(points).join(' / ') ?? 'not measured'
  return [
    {
      title: 'Bank over the rounds',
      text: 'Lift: pass rate with the item shown minus with it withheld, by the coin of train collection; older rounds count less, by half every 8.',
      table: {
        head: ['tag', 'memories', 'from successes', 'retired', 'lift, quartiles', 'measured', 'surely help', 'surely harm'],
        rows: quality.map(({ tag, size, successes, retired, lift }) => [
          tag,
          String(size),
          rate(successes),
          Object.entries(retired)
            .map(([reason, number]) => `${number} ${reason}`)
            .join(', ') || '0',
          quartiles(lift.quartiles),
          String(lift.measured),
          String(lift.helpful),
          String(lift.harmful),
        ]),
      },
    },
    {
      title: 'Best and worst memories',
      text:
        best.length + worst.length === 0
          ? 'No memory was both shown and withheld in train collection yet.'
          : 'By the near end of the 95% interval of their lift.',
      table: {
        head: ['rank', 'title', 'content', 'lift, points', '95% interval', 'uses', 'retired'],
        rows: [...best.map(row('best')), ...worst.map(row('worst'))],
      },
    },
  ]
}
