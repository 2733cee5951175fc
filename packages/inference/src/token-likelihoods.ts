import { availableParallelism } from 'node:os'
import type { Gpu, Model } from '@whetstone/core'
import { BadInput, layersOnGpu, runBatch } from '@whetstone/core'
import { z } from 'zod'
import { checkGguf } from './check-gguf.ts'

/** Of each token of an answer: its log-probability (natural log) given all before it, and the likeliest token in its place. */
export type TokenLikelihoods = { logprobs: number[]; top: number[] }

const Scored = z.object({ id: z.number().int(), logprobs: z.array(z.number()), top: z.array(z.number().int()) })
const Line = z.union([Scored, z.object({ id: z.number().int(), error: z.string() })])

/** Rows `{prompt, completion_ids}` under a model as libllama serves it, by tools/bin/llama-score, in their order; null for a row that it cannot read. */
export async function tokenLikelihoods(
  model: Model,
  rows: readonly { prompt: string; completion_ids: readonly number[] }[],
  options: { context: number; gpu?: Gpu; threads?: number; signal?: AbortSignal; logFile?: string },
): Promise<(TokenLikelihoods | null)[]> {
  if (model.path === null) throw new BadInput(`Model ${model.name} has no weights on this machine`)
  const { gpu = 'auto', threads = availableParallelism(), context, signal, logFile } = options
  const layers = layersOnGpu(gpu, checkGguf(model.path).parameters)
  const adapter = model.adapter ? ['--lora', model.adapter, '--lora-scale', String(model.adapterScale ?? 1)] : []
  const limits = ['-c', String(context), '-t', String(threads), '-ngl', String(layers)]
  const flags = ['-m', model.path, ...adapter, ...limits, '--logprobs']
  const numbered = rows.map((row, id) => ({ ...row, id }))
  const found: (TokenLikelihoods | null)[] = rows.map(() => null)
  for await (const said of runBatch('llama-score', numbered, { flags, signal, logFile })) {
    const row = Line.parse(said)
    if ('logprobs' in row) found[row.id] = { logprobs: row.logprobs, top: row.top }
  }
  return found
}
