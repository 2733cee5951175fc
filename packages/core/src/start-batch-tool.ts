import { paths } from './paths.ts'
import { splitLines } from './split-lines.ts'
import { startTool, type ToolStart } from './start-tool.ts'

/** A tool of ours in its stdin mode, its model loaded. */
export type BatchTool = {
  /** Runs one batch, one at a time, and gives each row as the tool writes it. Throws when the process ends before the batch does; an abort kills it. */
  batch(rows: readonly object[], signal?: AbortSignal): AsyncIterable<unknown>
  kill(): void
  /** Lets it finish what it does, for five seconds at most. */
  end(): Promise<void>
}

/** Starts llama-sample or llama-score to read batches of rows, and waits until its model is loaded. `signal` holds until then. */
export async function startBatchTool(
  name: 'llama-sample' | 'llama-score',
  { flags, signal, logFile }: { flags: readonly string[] } & Pick<ToolStart, 'signal' | 'logFile'>,
): Promise<BatchTool> {
  const args = [...flags, '--data', '-', '--out', '-', '--progress', 'none']
  signal?.throwIfAborted()
  const tool = startTool({ file: paths.tool(name), args, logFile, pipes: ['stdin', 'stdout'] })
  const lines = splitLines(tool.stdout)

  async function* batch(rows: readonly object[], abort?: AbortSignal): AsyncGenerator<unknown> {
    abort?.throwIfAborted()
    abort?.addEventListener('abort', tool.kill, { once: true })
    try {
      for (const row of rows) tool.stdin.write(`${JSON.stringify(row)}\n`)
      tool.stdin.write('\n')
      for (;;) {
        const line = await lines.next()
        abort?.throwIfAborted()
        if (line.done) throw (await tool.ended).failure ?? new Error(`${name} ended in the middle of a batch`)
        const row: unknown = JSON.parse(line.value.text)
        if ('batch_done' in (row as object)) return
        yield row
      }
    } finally {
      abort?.removeEventListener('abort', tool.kill)
    }
  }

  for await (const _ of batch([], signal)); // answered as soon as the model is loaded
  return {
    batch,
    kill: tool.kill,
    async end() {
      tool.stdin.end()
      // What it still says is read, so that it does not wait for somebody to.
      void Array.fromAsync(lines).catch(() => {})
      const timer = setTimeout(tool.kill, 5000)
      await tool.ended
      clearTimeout(timer)
    },
  }
}

/** Starts a tool for one batch, gives its rows, and ends it. */
export async function* runBatch(
  name: 'llama-sample' | 'llama-score',
  rows: readonly object[],
  options: Parameters<typeof startBatchTool>[1],
): AsyncGenerator<unknown> {
  const tool = await startBatchTool(name, options)
  try {
    yield* tool.batch(rows, options.signal)
    await tool.end()
  } finally {
    tool.kill()
  }
}
