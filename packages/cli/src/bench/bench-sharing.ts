import { benchModel, digits } from './bench-models.ts'
import type { Shape } from './bench-models.ts'
import { compared, inTurn } from './bench-result.ts'
import type { BenchResult } from './bench-result.ts'
import { startTimedTool } from './time-batch.ts'
import type { TimedTool } from './time-batch.ts'

const completionTokens = 64

/** Two options of llama-sample against itself without them: rows that begin alike, and prompt lookup on texts that repeat. The tokens are the same with and without. */
export async function benchSharing(folder: string, shape: Shape, threads: number): Promise<BenchResult[]> {
  const model = await benchModel(folder, shape)
  const flags = ['-m', model, '-t', String(threads), '-c', '1024']
  await using wide = await startTimedTool('llama-sample', [...flags, '-np', '16'])
  // the same lengths with another first character each: nothing can be shared
  const start = digits(400, 3)
  const rows = (alike: boolean) =>
    Array.from({ length: 16 }, (_, id) => ({
      id,
      prompt: `${alike ? 'a' : String.fromCharCode(97 + id)}${start}${digits(8, id)}`,
      temperature: 0,
      max_tokens: 16,
    }))
  const shared = await inTurn({ ours: () => rate(wide, rows(true)), peer: () => rate(wide, rows(false)) })

  // greedy texts of random weights run in circles, as code and quotations do
  const asked = Array.from({ length: 4 }, (_, id) => ({ id, prompt: digits(16, id), temperature: 0, max_tokens: completionTokens }))
  await using plain = await startTimedTool('llama-sample', [...flags, '-np', '4'])
  await using guessing = await startTimedTool('llama-sample', [...flags, '-np', '4', '--lookup', '8'])
  const looked = await inTurn({ ours: () => rate(guessing, asked), peer: () => rate(plain, asked) })
  const on = `${threads} thread${threads > 1 ? 's' : ''}`
  return [
    compared(`16 rows that begin alike (401 of 410 tokens), against 16 that do not, ${on}`, shape, shared.ours, shared.peer, 'rows/s'),
    compared(`prompt lookup on texts that repeat, 4 sequences, against none, ${on}`, shape, looked.ours, looked.peer, 'rows/s'),
  ]
}

async function rate(tool: TimedTool, rows: readonly object[]): Promise<number> {
  const { seconds } = await tool.run(rows)
  return rows.length / seconds
}
