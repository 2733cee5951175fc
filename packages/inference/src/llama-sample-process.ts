import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { BadInput, killGroup, paths, Span, tethered, TokenIds } from '@whetstone/core'
import { z } from 'zod'

/** A row as the tool writes it; `id` is the number of the row in its batch. */
export const SampleRow = z.object({
  id: z.number().int(),
  index: z.number().int(),
  text: z.string(),
  /** A grammar's dead end leaves a text that is not done, like a cut one. */
  finish: z.enum(['stop', 'length', 'grammar', 'context', 'vocabulary']).transform((finish) => (finish === 'grammar' ? 'length' : finish)),
  prompt_tokens: z.number().int(),
  completion_tokens: z.number().int(),
  /** The prompt leaves the reasoning block open, so the text begins inside it. */
  opened: z.boolean().default(false),
  /** What opens and closes the model's reasoning block. */
  reasoning_marks: z.tuple([z.string(), z.string()]).optional(),
  /** The prompt as rendered, what was sampled after it, and which of that was put in for the model. */
  prompt_text: z.string().optional(),
  ids: TokenIds.optional(),
  forced: z.array(Span).optional(),
  logprobs: z.array(z.number()).optional(),
  seconds: z.number(),
})
export type SampleRow = z.infer<typeof SampleRow>
const Line = z.union([z.object({ batch_done: z.number().int() }), SampleRow])

/** A running llama-sample. */
export type Sampler = {
  /** Runs one batch; one at a time. Throws when the process ends before the batch does. */
  batch(rows: readonly object[]): AsyncIterable<SampleRow>
  kill(): void
  /** Lets it finish what it does, for five seconds at most. */
  end(): Promise<void>
}

/** Starts tools/bin/llama-sample in its stdin mode and waits until the model is loaded. It cannot outlive us (see tethered). */
export async function startSampler(flags: readonly string[], logFile?: string, signal?: AbortSignal): Promise<Sampler> {
  const tool = paths.tool('llama-sample')
  if (!existsSync(tool)) throw new BadInput(`${tool} not found: run \`npx nx run tools:build\``)
  signal?.throwIfAborted()
  const args = [...flags, '--data', '-', '--out', '-', '--progress', 'none']
  const child = spawn(...tethered(tool, args), { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const tail: string[] = []
  if (logFile !== undefined) mkdirSync(dirname(logFile), { recursive: true })
  const log = logFile === undefined ? null : createWriteStream(logFile, { flags: 'a' }).on('error', () => {}) // a log that cannot be written must not take the work down
  log?.write(`$ ${tool} ${args.join(' ')}\n`)
  createInterface({ input: child.stderr }).on('line', (line) => {
    log?.write(`${line}\n`)
    tail.push(line)
    if (tail.length > 20) tail.shift()
  })
  const kill = () => killGroup(child.pid, 'SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<string>((resolve) => {
    child.on('close', (code, by) => resolve(by ?? `exit code ${code}`)).on('error', (error) => resolve(error.message))
  }).finally(() => {
    process.off('exit', kill)
    log?.end()
  })
  child.stdin.on('error', () => {}) // its death is told by the end of its output
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function* batch(rows: readonly object[]): AsyncGenerator<SampleRow> {
    child.stdin.write(`${rows.map((row) => `${JSON.stringify(row)}\n`).join('')}\n`)
    for (;;) {
      const line = await lines.next()
      if (line.done) throw death(tool, await ended, tail)
      const row = Line.parse(JSON.parse(line.value))
      if ('batch_done' in row) return
      yield row
    }
  }

  signal?.addEventListener('abort', kill, { once: true })
  try {
    for await (const _ of batch([])); // answered as soon as the model is loaded
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', kill)
  }
  return {
    batch,
    kill,
    async end() {
      child.stdin.end()
      const timer = setTimeout(kill, 5000)
      await ended
      clearTimeout(timer)
    },
  }
}

/** The tool's own line where it said what is wrong, else how it ended and the last it said. */
function death(tool: string, how: string, tail: readonly string[]): Error {
  const own = tail.findLast((line) => line.startsWith('llama-sample: '))
  if (own !== undefined && how === 'exit code 1') return new BadInput(own)
  return new Error(`${tool} ended with ${how}${tail.length ? `:\n${tail.slice(-6).join('\n')}` : ''}`)
}
