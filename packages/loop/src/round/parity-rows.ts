import type { Call } from '@whetstone/core'
import { clipSpans, deriveSeed, random, readRows, Span, TokenIds, writeRows } from '@whetstone/core'
import { openRun } from '@whetstone/runs'
import { z } from 'zod'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/** Calls that are compared: enough to see a difference, few enough to cost a second. */
const most = { rows: 64, tokens: 16_384 }

/** An own call, in the trainer's format: the prompt as rendered, the ids as sampled, and the sampler's log-probability of each. */
export const ParityRow = z.object({ prompt: z.string(), completion_ids: TokenIds, forced: z.array(Span), logprobs: z.array(z.number()) })
export type ParityRow = z.infer<typeof ParityRow>

/**
 * Writes a seeded part of what the incumbent itself sampled in the round's train attempts, passed or not. False where nothing is known of it:
 * another model made the attempts, or its backend tells no ids or log-probabilities.
 */
export async function writeParityRows({ run, round, seed, incumbent, files }: RoundContext): Promise<boolean> {
  const next = random(deriveSeed(seed, 'parity', round))
  const kept: { row: ParityRow; tokens: number }[] = []
  let seen = 0
  for await (const { calls } of openRun(run).round(round).traces.rows())
    for (const call of calls ?? []) {
      const row = ownRow(call, incumbent.model.id)
      if (row === null) continue
      const at = seen < most.rows ? seen : Math.floor(next() * (seen + 1))
      if (at < most.rows) kept[at] = { row, tokens: call.tokens.prompt + row.completion_ids.length }
      seen++
    }
  let tokens = 0
  const few = kept.filter((each, i) => (tokens += each.tokens) <= most.tokens || i === 0).map(({ row }) => row)
  if (few.length > 0) await writeRows(files.parity, few)
  return few.length > 0
}

function ownRow({ by, model, promptText, ids, forced, logprobs }: Call, incumbent: string): ParityRow | null {
  if (by !== null || model !== incumbent || promptText === null || promptText === '') return null
  if (ids === null || ids.length === 0 || logprobs === null || logprobs.length < ids.length) return null
  return { prompt: promptText, completion_ids: ids, forced: clipSpans(forced, ids.length), logprobs: logprobs.slice(0, ids.length) }
}

export const readParityRows = (file: string): Promise<ParityRow[]> => Array.fromAsync(readRows(file, ParityRow))
