import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { killGroup, paths, tethered } from '@whetstone/core'

/** A tool in its stdin mode, its model loaded. */
export type BatchTool = AsyncDisposable & {
  /** Runs one batch and returns its rows and the seconds it took. */
  run(rows: readonly object[]): Promise<{ rows: Record<string, unknown>[]; seconds: number }>
}

/** Starts llama-sample or llama-score so that batches can be timed without start and loading. */
export async function startBatchTool(name: string, args: readonly string[]): Promise<BatchTool> {
  const child = spawn(...tethered(paths.tool(name), [...args, '--data', '-', '--out', '-', '--progress', 'none']), {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const kill = () => killGroup(child.pid, 'SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const tool: BatchTool = {
    async run(rows) {
      const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
      const started = performance.now()
      child.stdin.write(`${text}\n`)
      const out: Record<string, unknown>[] = []
      for (;;) {
        const line = await lines.next()
        if (line.done) throw new Error(`${name} ended in the middle of a batch`)
        const row = JSON.parse(line.value) as Record<string, unknown>
        if ('batch_done' in row) return { rows: out, seconds: (performance.now() - started) / 1000 }
        out.push(row)
      }
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
      process.off('exit', kill)
    },
  }
  await tool.run([])
  return tool
}
