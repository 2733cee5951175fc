import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Backend, hash, readRows, startProgress, writeRows } from '@whetstone/core'
import {
  type CheckpointScores,
  type ItemScore,
  likelihoodByType,
  type LikelihoodByType,
  type PoolItem,
  scorePool,
} from '@whetstone/evaluation'
import { z } from 'zod'
import type { Checkpoint } from './checkpoints.ts'

const Row = z.object({
  index: z.number().int(),
  type: z.string(),
  logLikelihood: z.number(),
  meanLogLikelihood: z.number(),
  perplexity: z.number(),
  tokens: z.number(),
  entropy: z.number(),
  greedyMatch: z.boolean(),
})

/** How many of a pool's samples are scored between two looks at the progress bar. */
const slice = 512

/**
 * Scores a pool under every checkpoint, one model at a time, and averages by type. Each checkpoint's scores are kept in `folder` by pool,
 * settings and weights, so that more checkpoints or a stopped run cost only what is missing.
 */
export async function scoreCheckpoints(
  checkpoints: readonly Checkpoint[],
  pool: readonly PoolItem[],
  options: { backend: Backend; folder: string; context: number; concurrency: number; signal?: AbortSignal },
): Promise<LikelihoodByType & { unscored: number }> {
  const { backend, folder, signal } = options
  const poolId = hash([pool, options.context, backend.name]).slice(0, 8) // all that scores depend on beside the weights
  const scored: CheckpointScores[] = []
  for (const { step, name, model } of checkpoints) {
    const file = join(folder, `scores-${poolId}-${model.id}.jsonl`)
    let scores: ItemScore[]
    if (existsSync(file)) scores = await Array.fromAsync(readRows(file, Row))
    else {
      await using opened = await backend.open(model, {
        concurrency: options.concurrency,
        context: Math.min(options.context, contextOf(model.metadata) ?? options.context),
        signal,
      })
      scores = []
      const progress = startProgress(`score ${name}`, pool.length, 'samples')
      try {
        for (let from = 0; from < pool.length; from += slice) {
          const part = await scorePool(opened, pool.slice(from, from + slice), { signal })
          scores.push(...part.map((score) => ({ ...score, index: score.index + from })))
          progress.advance(Math.min(slice, pool.length - from))
        }
      } finally {
        progress.done()
      }
      await writeRows(file, scores)
    }
    scored.push({ step, name, scores })
  }
  return {
    ...likelihoodByType(scored),
    unscored: pool.length * checkpoints.length - scored.reduce((sum, { scores }) => sum + scores.length, 0),
  }
}

const contextOf = (metadata: Record<string, unknown>): number | undefined =>
  typeof metadata['contextLength'] === 'number' ? metadata['contextLength'] : undefined
