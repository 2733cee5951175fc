import { existsSync } from 'node:fs'
import type { Model, Parity } from '@whetstone/core'
import { readRows } from '@whetstone/core'
import { tokenLikelihoods } from '@whetstone/inference/token-likelihoods.ts'
import { z } from 'zod'
import { readParityRows } from './parity-rows.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

const Trained = z.object({ line: z.number().int(), logprobs: z.array(z.number()), top: z.array(z.number().int()) })

/** The candidate as its trainer left it against the file that will be sampled, gated and deployed, on the round's own attempts; null where the trainer told nothing. */
export async function compareServed(
  { recipe, files, threads, signal }: RoundContext,
  served: Model,
  trained: string,
): Promise<Parity['served']> {
  if (!existsSync(trained)) return null
  const { gpu, context } = recipe.settings
  const rows = await readParityRows(files.parity)
  const theirs = await tokenLikelihoods(served, rows, { context, gpu, threads, signal, logFile: files.sampleLog })
  const sums = { rows: 0, tokens: 0, difference: 0, largest: 0, agreed: 0 }
  for await (const { line, logprobs, top } of readRows(trained, Trained)) {
    const other = theirs[line - 1]
    if (!other) continue
    sums.rows++
    for (const [i, logprob] of logprobs.entries()) {
      const difference = Math.abs(logprob - (other.logprobs[i] ?? NaN))
      sums.tokens++
      sums.difference += difference
      sums.largest = Math.max(sums.largest, difference)
      if (top[i] === other.top[i]) sums.agreed++
    }
  }
  if (sums.tokens === 0) return null
  const { tokens, largest: maxAbs } = sums
  return { rows: sums.rows, tokens, meanAbs: sums.difference / tokens, maxAbs, topAgreement: sums.agreed / tokens }
}
