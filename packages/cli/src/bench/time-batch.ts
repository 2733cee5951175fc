import { startBatchTool } from '@whetstone/core'

/** A tool whose batches are timed, without start and loading. */
export type TimedTool = AsyncDisposable & {
  /** Runs one batch and returns its rows and the seconds it took. */
  run(rows: readonly object[]): Promise<{ rows: Record<string, unknown>[]; seconds: number }>
}

export async function startTimedTool(name: 'llama-sample' | 'llama-score', flags: readonly string[]): Promise<TimedTool> {
  const tool = await startBatchTool(name, { flags })
  return {
    async run(rows) {
      const started = performance.now()
      const out = await Array.fromAsync(tool.batch(rows))
      return { rows: out as Record<string, unknown>[], seconds: (performance.now() - started) / 1000 }
    },
    [Symbol.asyncDispose]: () => tool.end(),
  }
}
