import { paths, runTool } from '@whetstone/core'
import type { GenerateRequest } from '@whetstone/core'
import { describeGguf } from '@whetstone/inference'
import nodeLlamaCpp from '@whetstone/inference/backends/node-llama-cpp.ts'
import { existsSync } from 'node:fs'
import { benchModel, digits } from './bench-models.ts'
import type { Shape } from './bench-models.ts'
import { compared, inTurn, peerLimit } from './bench-result.ts'
import type { BenchResult, Skipped } from './bench-result.ts'
import { startTimedTool } from './time-batch.ts'

const sequences = 32
const promptTokens = 16
const completionTokens = 64

/**
 * Tokens generated a second, 32 sequences at once, prompts of 16 tokens, completions of 64. Ours is timed end to end: prompts, sampling and JSON included, eight samples a prompt as
 * a loop draws them; llama-batched-bench times its decoding alone and feeds random tokens.
 */
export async function benchSample(folder: string, shape: Shape, threads: number): Promise<(BenchResult | Skipped)[]> {
  const model = await benchModel(folder, shape)
  await using sampler = await startTimedTool('llama-sample', ['-m', model, '-np', String(sequences), '-t', String(threads)])
  // random weights end a fifth of the sequences early: more samples than slots, so that slots are refilled as in real work
  const samples = 64
  const rows = Array.from({ length: samples / 8 }, (_, id) => ({
    id,
    prompt: digits(promptTokens - 1, id),
    n: 8,
    temperature: 1,
    max_tokens: completionTokens,
  }))
  const ours = async () => {
    const { rows: out, seconds } = await sampler.run(rows)
    return out.reduce((sum, row) => sum + Number(row['completion_tokens']), 0) / seconds
  }
  const name = `sampling, ${sequences} sequences, ${threads} thread${threads > 1 ? 's' : ''}`
  const results: (BenchResult | Skipped)[] = []
  if (existsSync(paths.tool('llama-batched-bench'))) {
    const rates = await inTurn({ ours, peer: () => batchedBench(model, threads) })
    results.push(compared(`${name}, against llama-batched-bench`, shape, rates.ours, rates.peer, 'tokens/s', 1))
  } else results.push({ name: `${name}, against llama-batched-bench`, skipped: 'not built: npx nx run tools:build --all' })
  const rates = await inTurn({ ours, peer: () => nodeBinding(model, threads) })
  results.push(compared(`${name}, against node-llama-cpp`, shape, rates.ours, rates.peer, 'tokens/s', 3.5))
  return results
}

async function batchedBench(model: string, threads: number): Promise<number> {
  const args = [
    '-m',
    model,
    '-c',
    String(sequences * 256),
    '-b',
    '2048',
    '-ub',
    '512',
    '-npp',
    String(promptTokens),
    '-ntg',
    String(completionTokens),
    '-npl',
    String(sequences),
    '-t',
    String(threads),
    '-tb',
    String(threads),
    '-ngl',
    '0',
    '--output-format',
    'jsonl',
  ]
  // its log is written by a thread of its own, which the end of the process sometimes overtakes: then it has printed nothing
  for (let tries = 0; tries < 5; tries++) {
    const out = await runTool({ file: paths.tool('llama-batched-bench'), args, timeout: peerLimit })
    const line = out.split('\n').find((text) => text.startsWith('{'))
    if (line) return (JSON.parse(line) as { speed_tg: number }).speed_tg
  }
  throw new Error('llama-batched-bench printed no result in five runs')
}

async function nodeBinding(path: string, threads: number): Promise<number> {
  await using model = await nodeLlamaCpp().open(await describeGguf(path), { concurrency: sequences, threads, context: 256, gpu: 'off' })
  const requests: GenerateRequest[] = Array.from({ length: sequences }, (_, i) => ({
    id: `r${i}`,
    messages: [{ role: 'user', content: digits(promptTokens - 1, i) }],
    seed: i,
    sampling: { temperature: 1, maxTokens: completionTokens },
  }))
  const started = performance.now()
  let tokens = 0
  for await (const completion of model.generate(requests, { signal: AbortSignal.timeout(peerLimit * 1000) }))
    tokens += 'tokens' in completion ? completion.tokens.completion : 0
  return tokens / ((performance.now() - started) / 1000)
}
