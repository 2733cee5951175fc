import { deriveSeed } from '@whetstone/core'
import { countUses, curate } from '@whetstone/memory'
import { bankTag, openRun, type Reflected } from '@whetstone/runs'
import { learnedContents } from '@whetstone/attempts/retire-learned.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/**
 * Distils memories from this round's train traces into the bank, curates it (duplicates merged, harmful items retired by their lift over all train traces so far) and tags it.
 * The bank comes as the incumbent's tag has it (cycle rolls back what a stopped round left), so that doing it twice changes nothing.
 */
export async function reflectRound(context: RoundContext): Promise<Reflected> {
  const { recipe, bank, incumbent, run, round, seed, signal } = context
  if (!bank || !recipe.memory || incumbent.bank === null) return { tag: null, size: 0, added: 0, retired: 0 }
  const before = await bank.size()
  const reflected = await recipe.memory.reflector.reflect(openRun(run).round(round).traces.rows(), {
    signal,
    createdAt: new Date().toISOString(),
    open: () => context.models.open('reflector', incumbent.model),
    seed: deriveSeed(seed, 'reflect', round),
  })
  const known = recipe.consolidate ? await learnedContents(bank) : new Set()
  const memories = reflected.filter(({ content }) => !known.has(content))
  await bank.remember(memories)
  const { retired, size } = await curate(bank, {
    uses: await countUses(openRun(run).trainTraces({ upTo: round })),
    round,
    fresh: memories.map(({ id }) => id),
  })
  await bank.tag(bankTag(round))
  return { tag: bankTag(round), size, added: Math.max(0, size - before), retired: retired.length }
}
