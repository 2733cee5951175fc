import type { Round } from '@whetstone/core'
import { bankQuality, extremes, measureLift, openBank, type BankQuality, type Lift, type Uses } from '@whetstone/memory'
import { bankRounds } from '@whetstone/runs'
import type { Section } from './report/section.ts'
import { points, rate } from '@whetstone/core'

/**
 * What a report says of a bank: its quality over the rounds, what it brings and costs as it grows (where `rounds` are given), and its best and worst
 * items by lift, as the train attempts so far show them.
 */
export async function memorySections(
  uri: string,
  uses: Uses,
  { round, rounds = [], count = 5 }: { round: number; rounds?: readonly Round[]; count?: number },
): Promise<Section[]> {
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
    ...sizeSection(quality, rounds),
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

/** Bank size against accuracy: the incumbent of each round on its validation tasks, without and with the bank as it was then. */
function sizeSection(quality: readonly BankQuality[], rounds: readonly Round[]): Section[] {
  const rows = quality.flatMap(({ tag, round, size, tokens }) => {
    const found = rounds.find((each) => each.round === round)
    const passed = (memory: boolean) => {
      const own =
        found?.evaluations.filter((each) => each.model === 'incumbent' && each.split === 'validation' && each.memory === memory) ?? []
      const n = own.reduce((sum, each) => sum + each.n, 0)
      return n === 0 ? null : own.reduce((sum, each) => sum + each.passRate * each.n, 0) / n
    }
    const [off, on] = [passed(false), passed(true)]
    if (off === null || on === null) return []
    return [
      [
        tag,
        String(size),
        rate(off),
        rate(on),
        points(on - off),
        tokens === null ? 'not measured' : `${tokens >= 0 ? '+' : ''}${tokens.toFixed(1)}`,
      ],
    ]
  })
  if (rows.length === 0) return []
  return [
    {
      title: 'Bank size against accuracy',
      text: "The round's incumbent on its validation tasks, and the prompt tokens that a memory adds to an attempt it is shown to (by the coin of train collection). Tasks of climbed courses differ from round to round: compare without and with, not the rounds.",
      table: { head: ['tag', 'memories', 'without', 'with', 'points', 'tokens a prompt'], rows },
    },
  ]
}
