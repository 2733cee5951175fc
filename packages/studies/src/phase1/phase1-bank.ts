import { rmSync } from 'node:fs'
import type { Embedder, Memory } from '@whetstone/core'
import { deriveSeed, random, shuffle } from '@whetstone/core'
import { curate, openBank, type StoredMemory } from '@whetstone/memory'

/** Shares of the bank on the scaling curve, the whole bank last. */
export const shares = ['1/8', '1/4', '1/2', 'all'] as const
export type Share = (typeof shares)[number]
const parts: Record<Share, number> = { '1/8': 1 / 8, '1/4': 1 / 4, '1/2': 1 / 2, all: 1 }

/** Tag of the bank when it held this share of its items. */
export const shareTag = (share: Share) => `share-${share.replace('/', '-of-')}`

export type Phase1Bank = {
  items: StoredMemory[]
  sizes: Record<Share, number>
  retired: Record<string, number>
}

/** Writes the bank afresh: curated, its items in random order, tagged when it holds an eighth, a quarter, half and all of them, so that each share contains the smaller ones. */
export async function buildPhase1Bank(
  memories: readonly Memory[],
  { uri, embedder, seed }: { uri: string; embedder: Embedder; seed: number },
): Promise<Phase1Bank> {
  rmSync(uri, { recursive: true, force: true })
  await using bank = await openBank({ uri, embedder })
  await bank.tag('empty')
  await bank.remember(memories)
  const { retired } = await curate(bank, { uses: new Map(), round: 1 })
  const items = shuffle(
    (await bank.memories({ embeddings: true })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    random(deriveSeed(seed, 'phase1', 'bank order')),
  )
  await bank.rollback('empty')
  const sizes: Record<Share, number> = { '1/8': 0, '1/4': 0, '1/2': 0, all: 0 }
  let held = 0
  for (const share of shares) {
    sizes[share] = Math.ceil(parts[share] * items.length)
    await bank.store(items.slice(held, sizes[share]))
    held = sizes[share]
    await bank.tag(shareTag(share))
  }
  const reasons = Map.groupBy(retired, ({ reason }) => reason)
  return { items, sizes, retired: Object.fromEntries([...reasons].map(([reason, group]) => [reason, group.length])) }
}
