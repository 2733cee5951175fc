import { runBatch, templateArguments } from '@whetstone/core'
import type { Score, ScoreRequest } from '@whetstone/core'
import { z } from 'zod'

const Scored = z.object({
  id: z.number().int(),
  log_likelihood: z.number(),
  mean_log_likelihood: z.number(),
  /** Null when it is too large for a number. */
  perplexity: z.number().nullable(),
  tokens: z.number().int(),
  entropy: z.number(),
  greedy_match: z.boolean(),
})
const Line = z.union([Scored, z.object({ id: z.number().int(), error: z.enum(['context', 'vocabulary', 'prompt']) })])

/**
 * Likelihoods of the last assistant turns, its end token included, by tools/bin/llama-score. `flags` name the model as for llama-sample (`-m`, `--lora`, `-c`, …).
 * What cannot be scored (it does not fit the context, or holds characters outside the vocabulary) is left out: match by id.
 */
export async function llamaScore(
  flags: readonly string[],
  requests: readonly ScoreRequest[],
  options: { signal?: AbortSignal; logFile?: string } = {},
): Promise<Score[]> {
  if (requests.length === 0) return []
  const rows = requests.map((request, id) => ({ id, messages: request.messages, template_args: templateArguments(request) }))
  const scores: Score[] = []
  for await (const said of runBatch('llama-score', rows, { flags, ...options })) {
    const row = Line.parse(said)
    if ('log_likelihood' in row)
      scores.push({
        id: (requests[row.id] as ScoreRequest).id,
        logLikelihood: row.log_likelihood,
        meanLogLikelihood: row.mean_log_likelihood,
        perplexity: row.perplexity ?? Infinity,
        tokens: row.tokens,
        entropy: row.entropy,
        greedyMatch: row.greedy_match,
      })
  }
  return scores
}
