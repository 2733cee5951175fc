import { availableParallelism } from 'node:os'
import type { Gpu, Model } from '@whetstone/core'
import { BadInput, paths, runTool, smallModel } from '@whetstone/core'
import { z } from 'zod'
import { checkGguf } from './check-gguf.ts'

/** Of each token of an answer: its log-probability (natural log) given all before it, and the likeliest token in its place. */
export type TokenLikelihoods = { logprobs: number[]; top: number[] }

const Scored = z.object({ id: z.number().int(), logprobs: z.array(z.number()), top: z.array(z.number().int()) })
const Line = z.union([z.object({ batch_done: z.number() }), Scored, z.object({ id: z.number().int(), error: z.string() })])

/** Rows `{prompt, completion_ids}` under a model as libllama serves it, by tools/bin/llama-score, in their order; null for a row that it cannot read. */
export async function tokenLikelihoods(
  model: Model,
  rows: readonly { prompt: string; completion_ids: readonly number[] }[],
  options: { context: number; gpu?: Gpu; threads?: number; signal?: AbortSignal; logFile?: string },
): Promise<(TokenLikelihoods | null)[]> {
  if (model.path === null) throw new BadInput(`Model ${model.name} has no weights on this machine`)
  const { gpu = 'auto', threads = availableParallelism(), context, signal, logFile } = options
  const layers = gpu === 'off' || (gpu === 'auto' && checkGguf(model.path).parameters < smallModel) ? 0 : -1
  const adapter = model.adapter ? ['--lora', model.adapter, '--lora-scale', String(model.adapterScale ?? 1)] : []
  const limits = ['-c', String(context), '-t', String(threads), '-ngl', String(layers)]
  const out = await runTool({
    file: paths.tool('llama-score'),
    args: ['-m', model.path, ...adapter, ...limits, '--logprobs', '--data', '-', '--out', '-', '--progress', 'none'],
    input: rows.map((row, id) => `${JSON.stringify({ ...row, id })}\n`).join(''),
    signal,
    logFile,
  })
  const found: (TokenLikelihoods | null)[] = rows.map(() => null)
  for (const line of out.split('\n').filter((text) => text !== '')) {
    const row = Line.parse(JSON.parse(line))
    if ('logprobs' in row) found[row.id] = { logprobs: row.logprobs, top: row.top }
  }
  return found
}
