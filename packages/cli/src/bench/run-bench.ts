import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgress } from '@whetstone/core'
import { benchLargeMemory, benchMemory } from './bench-memory.ts'
import { benchDuplicates } from './bench-duplicates.ts'
import { benchExports } from './bench-exports.ts'
import { benchRows } from './bench-rows.ts'
import { benchSample } from './bench-sample.ts'
import { benchSharing } from './bench-sharing.ts'
import { benchScore } from './bench-score.ts'
import { benchFinetune, benchTorch } from './bench-train.ts'
import type { BenchResult, Skipped } from './bench-result.ts'

export type BenchOptions = { threads: number; large: boolean; rows: number; texts: number; only?: string; signal: AbortSignal }

/** Runs every comparison, one after the other, in a folder that is removed again. */
export async function runBench({ threads, large, rows, texts, only, signal }: BenchOptions): Promise<(BenchResult | Skipped)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const work: [string, () => Promise<(BenchResult | Skipped)[] | BenchResult | Skipped>][] = [
    ['sample 1M', () => benchSample(folder, '1M', threads)],
    ['sample 20M', () => benchSample(folder, '20M', threads)],
    ['sample options 1M', () => benchSharing(folder, '1M', threads)],
    ['sample options 20M', () => benchSharing(folder, '20M', threads)],
    ['score 1M', () => benchScore(folder, '1M', threads)],
    ['score 20M', () => benchScore(folder, '20M', threads)],
    ['train 20M', () => benchFinetune(folder, '20M', threads)],
    ['train 1M', () => benchTorch(folder, '1M', 64, 64)],
    ['train 20M', () => benchTorch(folder, '20M', 64, 32)],
    ['rows', () => benchRows(folder, rows, signal)],
    ['exports', () => benchExports(folder, rows, signal)],
    ['duplicates', () => benchDuplicates(texts, signal)],
    ['memory 20M', () => benchMemory(folder, threads)],
    [
      'memory large',
      async () =>
        large
          ? benchLargeMemory(folder, threads)
          : { name: 'peak memory, LoRA r16, Qwen3-1.7B shape', skipped: 'takes minutes and 2 GB of disk: --large' },
    ],
  ]
  const chosen = work.filter(([name]) => !only || name.includes(only))
  const progress = startProgress('benchmarks', chosen.length)
  const results: (BenchResult | Skipped)[] = []
  try {
    for (const [name, run] of chosen) {
      signal.throwIfAborted()
      progress.note(name)
      try {
        results.push(...[await run()].flat())
      } catch (error) {
        signal.throwIfAborted()
        // one contestant that fails or crawls is a line of the table, not the end of the others' figures
        results.push({ name, skipped: `failed: ${(error as Error).message.split('\n')[0]}` })
      }
      progress.advance()
    }
  } finally {
    progress.done()
    remove()
    process.off('exit', remove)
  }
  return results
}
