import { existsSync } from 'node:fs'
import { paths, runTool } from '@whetstone/core'
import { benchModel, digits } from './bench-models.ts'
import type { Shape } from './bench-models.ts'
import { compared, inTurn, peerLimit } from './bench-result.ts'
import type { BenchResult, Skipped } from './bench-result.ts'
import { startTimedTool } from './time-batch.ts'

/** Tokens read a second: ours scores rows of 448 + 64 tokens, JSON and likelihoods included; llama-bench reads prompts of 512 and computes the head for the last token alone. */
export async function benchScore(folder: string, shape: Shape, threads: number): Promise<BenchResult | Skipped> {
  const name = `scoring, ${threads} thread${threads > 1 ? 's' : ''}, against llama-bench's prompt rate`
  if (!existsSync(paths.tool('llama-bench'))) return { name, skipped: 'not built: npx nx run tools:build --all' }
  const model = await benchModel(folder, shape)
  await using scorer = await startTimedTool('llama-score', ['-m', model, '-t', String(threads)])
  const rows = Array.from({ length: shape === '1M' ? 24 : 4 }, (_, id) => ({ id, prompt: digits(448, id), response: digits(63, id + 1) }))
  const rates = await inTurn({
    async ours() {
      const { rows: out, seconds } = await scorer.run(rows)
      if (out.some((row) => 'error' in row)) throw new Error(`llama-score did not score: ${JSON.stringify(out[0])}`)
      return (out.length * 512) / seconds
    },
    async peer() {
      const out = await runTool({
        file: paths.tool('llama-bench'),
        args: ['-m', model, '-t', String(threads), '-p', '512', '-n', '0', '-r', shape === '1M' ? '5' : '2', '-ngl', '0', '-o', 'json'],
        timeout: peerLimit,
      })
      const [result] = JSON.parse(out) as [{ avg_ts: number }]
      return result.avg_ts
    },
  })
  return compared(name, shape, rates.ours, rates.peer, 'tokens/s', 0.95)
}
