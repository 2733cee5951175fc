import { readJsonl, Trace } from '@whetstone/core'
import { z } from 'zod'
import type { RoundContext } from './round-context.ts'

export const Reflected = z.object({ tag: z.string().nullable(), size: z.number().int(), added: z.number().int() })
export type Reflected = z.infer<typeof Reflected>

/** Name of the bank as it was after a round; 0 is the empty bank. */
export const bankTag = (round: number) => `round-${String(round).padStart(3, '0')}`

/** Distils memories from this round's train traces into the bank and tags it. Starts from the incumbent's bank, so that doing it twice changes nothing. */
export async function reflectRound({ recipe, bank, incumbent, round, signal }: RoundContext, file: string): Promise<Reflected> {
  if (!bank || !recipe.memory || incumbent.bank === null) return { tag: null, size: 0, added: 0 }
  await bank.rollback(incumbent.bank)
  const known = new Set((await bank.memories()).map(sameAdvice))
  const memories = await recipe.memory.reflector.reflect(readJsonl(file, Trace), { signal, createdAt: new Date().toISOString() })
  const fresh = [...new Map(memories.map((memory) => [sameAdvice(memory), memory])).values()].filter((memory) => !known.has(sameAdvice(memory)))
  const { added, size } = await bank.remember(fresh)
  await bank.tag(bankTag(round))
  return { tag: bankTag(round), size, added }
}

/** Two items that say the same are one, whatever they were learned from. */
const sameAdvice = (memory: { title: string; content: string }) => `${memory.title}\u0000${memory.content}`
