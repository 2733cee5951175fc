import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { BadInput, canonicalJson, killGroup, paths, tethered } from '@whetstone/core'
import type { Backend, Completion, GenerateRequest, Model, OpenOptions, Sampling } from '@whetstone/core'
import { z } from 'zod'
import { checkGguf } from './check-gguf.ts'
import { stripReasoning } from './strip-reasoning.ts'

/**
 * The default backend: our own batch sampler, tools/sample, kept alive in its stdin mode so that the model is loaded once. Each call of `generate` is one batch from a clean state,
 * so a batch's completions depend on nothing but the batch.
 */
export const llamaSample: Backend = {
  name: 'llama-sample',
  reproducible: true,
  async open(model, options) {
    if (model.path === null) throw new BadInput(`${model.name} has no weights here: give --model=FILE.gguf`)
    checkGguf(model.path)
    let sampler: Sampler | null = await startSampler(model, options)
    let closed = false
    return {
      model,
      async *generate(requests, { signal } = {}) {
        if (closed) throw new Error('llama-sample was closed')
        signal?.throwIfAborted()
        if (requests.length === 0) return
        const groups = groupByPrompt(requests)
        sampler ??= await startSampler(model, options)
        const running = sampler
        const abort = () => running.stop()
        signal?.addEventListener('abort', abort, { once: true })
        let whole = false
        try {
          for await (const { id, index, ...row } of running.batch(groups.map(toRow))) yield toCompletion(row, groups[Number(id)]?.[index] as GenerateRequest)
          whole = true
        } catch (error) {
          signal?.throwIfAborted()
          throw error
        } finally {
          signal?.removeEventListener('abort', abort)
          // A batch that was left half-way cannot be told from the next one: begin with a new process.
          if (!whole) {
            running.stop()
            sampler = null
          }
        }
        signal?.throwIfAborted()
      },
      async [Symbol.asyncDispose]() {
        closed = true
        await sampler?.end()
        sampler = null
      },
    }
  },
}

const Row = z.object({
  id: z.number(),
  index: z.number().int(),
  text: z.string(),
  finish: z.enum(['stop', 'length', 'context', 'vocabulary']),
  prompt_tokens: z.number().int(),
  completion_tokens: z.number().int(),
  seconds: z.number(),
  logprobs: z.array(z.number()).optional(),
})
type Row = z.infer<typeof Row>
const Done = z.object({ batch_done: z.number().int() })

type Sampler = { batch(rows: readonly object[]): AsyncIterable<Row>; stop(): void; end(): Promise<void> }

/** Starts the tool and waits until the model is loaded. */
async function startSampler(model: Model, options: OpenOptions): Promise<Sampler> {
  const tool = paths.tool('llama-sample')
  if (!existsSync(tool)) throw new BadInput(`${tool} not found: run \`npx nx run tools:build\``)
  const small = (model.parameters ?? 0) < 50e6
  const gpu = options.gpuLayers === undefined || options.gpuLayers === 'auto' ? (small ? 0 : -1) : options.gpuLayers
  const [file, args] = tethered(tool, [
    '-m', model.path as string, ...(model.adapter ? ['--lora', model.adapter] : []), '--data', '-', '--out', '-', '--logprobs', '--progress', 'none',
    '-np', String(options.concurrency), '-t', String(options.threads ?? availableParallelism()), '-c', String(options.context ?? 4096), '-ngl', String(gpu),
  ])
  const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const tail: string[] = []
  const log = options.logFile === undefined ? null : (mkdirSync(dirname(options.logFile), { recursive: true }), createWriteStream(options.logFile, { flags: 'a' }).on('error', () => {}))
  createInterface({ input: child.stderr }).on('line', (line) => {
    log?.write(`${line}\n`)
    tail.push(line)
    if (tail.length > 20) tail.shift()
  })
  const ended = new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`)).on('error', (error) => resolve(error.message)))
  child.stdin.on('error', () => {}) // its death is told by the end of its output
  const stop = () => killGroup(child.pid, 'SIGKILL')
  process.once('exit', stop)
  void ended.then(() => process.off('exit', stop))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const sampler: Sampler = {
    async *batch(rows) {
      child.stdin.write(`${rows.map((row) => `${JSON.stringify(row)}\n`).join('')}\n`)
      for (;;) {
        const line = await lines.next()
        if (line.done) throw await death(ended, tail)
        const parsed: unknown = JSON.parse(line.value)
        if (Done.safeParse(parsed).success) return
        yield Row.parse(parsed)
      }
    },
    stop,
    async end() {
      child.stdin.end()
      const timer = setTimeout(stop, 5000)
      await ended
      clearTimeout(timer)
      log?.end()
    },
  }
  // One token of anything: by then the model is loaded, or what is wrong with it is known.
  for await (const _ of sampler.batch([{ id: 0, prompt: '1', seeds: [0], max_tokens: 1 }]));
  return sampler
}

async function death(ended: Promise<string>, tail: readonly string[]): Promise<Error> {
  const how = await ended
  const own = tail.findLast((line) => line.startsWith('llama-sample: '))
  return own !== undefined && how === 'exit code 1' ? new BadInput(own) : new Error(`llama-sample ended with ${how}: ${tail.slice(-6).join('\n')}`)
}

/** Requests with equal prompt and sampling are samples of one row, in the order of the first of each. */
const groupByPrompt = (requests: readonly GenerateRequest[]): GenerateRequest[][] => [...Map.groupBy(requests, ({ messages, sampling }) => canonicalJson([messages, sampling])).values()]

function toRow(group: readonly GenerateRequest[], id: number): object {
  const { messages, sampling } = group[0] as GenerateRequest
  return { id, messages, seeds: group.map(({ seed }) => seed), ...samplingFields(sampling) }
}

function samplingFields(sampling: Sampling): object {
  const { temperature, maxTokens, topK, topP, minP, repeatPenalty, stop, grammar, reasoning } = sampling
  if (typeof reasoning === 'object') throw new BadInput('llama-sample has no reasoning budget: set reasoning to on or off, or use the backend node-llama-cpp')
  if (sampling.presencePenalty || sampling.frequencyPenalty) throw new BadInput('llama-sample has no presence or frequency penalty: use repeatPenalty, or the backend openai')
  return {
    temperature, max_tokens: maxTokens, top_k: topK, top_p: topP, min_p: minP, repeat_penalty: repeatPenalty, stop, grammar,
    ...(reasoning === undefined ? {} : { template_args: { enable_thinking: reasoning === 'on' } }),
  }
}

function toCompletion(row: Omit<Row, 'id' | 'index'>, request: GenerateRequest): Completion {
  const { unclosed, ...stripped } = stripReasoning(row.text)
  return {
    id: request.id,
    ...stripped,
    finish: unclosed && row.finish === 'stop' ? 'length' : row.finish,
    tokens: { prompt: row.prompt_tokens, completion: row.completion_tokens },
    seconds: row.seconds,
    ...(row.logprobs ? { logprobs: row.logprobs } : {}),
  }
}
