import type { RetiredFor, StoredMemory } from '../bank-schema.ts'
import type { Bank } from '../open-bank.ts'
import { isHarmful } from './is-harmful.ts'
import { measureLift, type Lift, type Uses } from './measure-lift.ts'
import { opposes } from './opposes.ts'
import { usefulness } from './usefulness.ts'

export type Curate = {
  /** Uses in all train traces so far: the evidence for lift. */
  uses: Uses
  round: number
  /** Only these items are compared with the rest for duplicates and contradictions: those of this round. All, when absent. */
  fresh?: readonly string[]
  /** Items the bank may hold. */
  capacity?: number
  /** Cosine from which two items say the same. */
  duplicate?: number
  /** Cosine from which two items are on one subject, so that opposite advice is a contradiction. */
  subject?: number
  /** Rounds after which evidence counts half. */
  halfLife?: number
}
export type Retirement = { id: string; title: string; reason: RetiredFor; detail: string }
export type Curation = { retired: Retirement[]; size: number; lifts: Map<string, Lift> }

const percent = (rate: number) => `${rate < 0 ? '-' : '+'}${Math.abs(100 * rate).toFixed(0)}`

/**
 * Keeps a bank fit: retires what does harm, then of two items that contradict or repeat each other the weaker, then what exceeds the capacity. Retired items stay in the bank with their reason. Doing it
 * twice changes nothing.
 */
export async function curate(bank: Bank, options: Curate): Promise<Curation> {
  const { uses, round, fresh, capacity = 20_000, duplicate = 0.9, subject = 0.6, halfLife = 8 } = options
  const lifts = measureLift(uses, { round, halfLife })
  const live = new Map((await bank.memories()).map((memory) => [memory.id, memory]))
  const retired: Retirement[] = []
  const retire = ({ id, title }: StoredMemory, reason: Retirement['reason'], detail: string) => {
    live.delete(id)
    retired.push({ id, title, reason, detail })
  }

  for (const memory of [...live.values()]) {
    const lift = lifts.get(memory.id)
    if (lift && isHarmful(lift))
      retire(
        memory,
        'harmful',
        `lift ${percent(lift.lift)} points, 95% interval ${percent(lift.ci[0])} to ${percent(lift.ci[1])}, ${lift.uses} uses`,
      )
  }

  /** The better of two items comes first: by lift, then by attempts it was distilled from, then the newer. */
  const better = (a: StoredMemory, b: StoredMemory) =>
    usefulness(lifts.get(b.id)) - usefulness(lifts.get(a.id)) ||
    b.sourceTraces.length - a.sourceTraces.length ||
    (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? -1 : 1)

  const candidates = [...(fresh ?? live.keys())].filter((id) => live.has(id))
  const near = await bank.neighbours(candidates, { limit: 16, similarity: Math.min(duplicate, subject) })
  for (const { id, found } of near) {
    for (const { memory: neighbour, similarity } of found) {
      const [item, other] = [live.get(id), live.get(neighbour.id)]
      if (!item || !other) continue
      const opposed = opposes(item, other)
      if (!opposed && similarity < duplicate) continue
      const [kept, gone] = [item, other].sort(better) as [StoredMemory, StoredMemory]
      retire(
        gone,
        opposed ? 'contradicted' : 'duplicate',
        `${opposed ? 'contradicted by' : 'says what'} ${kept.id}${opposed ? '' : ' says'} (similarity ${similarity.toFixed(2)})`,
      )
    }
  }

  const surplus = live.size - capacity
  if (surplus > 0) {
    // The least useful go first; among equals those retrieved longest ago, then the oldest.
    const order = [...live.values()].sort(
      (a, b) =>
        usefulness(lifts.get(a.id)) - usefulness(lifts.get(b.id)) ||
        (lifts.get(a.id)?.lastRound ?? 0) - (lifts.get(b.id)?.lastRound ?? 0) ||
        (a.createdAt < b.createdAt ? -1 : 1),
    )
    for (const memory of order.slice(0, surplus))
      retire(memory, 'capacity', `the bank holds ${capacity}; usefulness ${usefulness(lifts.get(memory.id)).toFixed(3)}`)
  }

  await bank.retire(retired)
  return { retired, size: await bank.size(), lifts }
}
