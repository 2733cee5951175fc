import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@whetstone/core'
import { extractSource } from '@whetstone/native'
import { benchModel, digits, qwenModel } from './bench-models.ts'
import { compared } from './bench-result.ts'
import type { BenchResult, Skipped } from './bench-result.ts'
import { peakMemory } from './peak-memory.ts'

/** `peer` is the bound we hold ourselves to; the ratio is bound over peak, so that above 1 is within it. */
const bounded = (name: string, model: string, peak: number | null, bound: number): BenchResult | Skipped =>
  peak === null
    ? { name, skipped: 'needs /proc, that is Linux' }
    : { ...compared(name, model, peak, bound, 'MiB (peer: the bound)'), ratio: bound / peak, target: 1 }

/** Full training of 20M parameters, 32 sequences of 64 tokens an optimizer step, all cores of `threads`: under 1 GiB. */
export async function benchMemory(folder: string, threads: number): Promise<BenchResult | Skipped> {
  const model = await benchModel(folder, '20M')
  const data = join(folder, 'memory.jsonl')
  writeFileSync(
    data,
    Array.from({ length: 64 }, (_, i) => `${JSON.stringify({ prompt: digits(1, i), completion: digits(61, i) })}\n`).join(''),
  )
  const peak = await peakMemory(paths.tool('llama-train'), [
    'sft',
    '-m',
    model,
    '--data',
    data,
    '--out',
    join(folder, 'memory.gguf'),
    '--steps',
    '2',
    '--batch',
    '32',
    '--workers',
    String(threads),
    '--progress',
    'none',
  ])
  return bounded(`peak memory, full training, 32 x 64 tokens, ${threads} worker${threads > 1 ? 's' : ''}`, '20M', peak, 1024)
}

/** LoRA r16 of Qwen3-1.7B's shape in Q8_0 on one sequence of 2048 tokens: under 8 GiB. Writes 1.8 GB and takes minutes. */
export async function benchLargeMemory(folder: string, threads: number): Promise<BenchResult | Skipped> {
  const source = await extractSource()
  const model = await qwenModel(folder, join(source, 'models/ggml-vocab-qwen2.gguf'))
  const data = join(folder, 'large.jsonl')
  // digits are one token each in this vocabulary
  writeFileSync(data, `${JSON.stringify({ prompt: digits(1000, 1), completion: digits(1047, 2) })}\n`)
  const peak = await peakMemory(paths.tool('llama-train'), [
    'sft',
    '-m',
    model,
    '--data',
    data,
    '--out',
    join(folder, 'large-adapter.gguf'),
    '--steps',
    '1',
    '--batch',
    '1',
    '--lora-rank',
    '16',
    '--workers',
    '1',
    '-t',
    String(threads),
    '--strict',
    '--progress',
    'none',
  ])
  return bounded('peak memory, LoRA r16, one sequence of 2048 tokens', 'Qwen3-1.7B shape, Q8_0', peak, 8192)
}
