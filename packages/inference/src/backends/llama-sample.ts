import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { BadInput, canonicalJson, clipSpans, layersOnGpu, plugin, startBatchTool, templateArguments } from '@whetstone/core'
import type { Backend, BatchTool, Completion, GenerateRequest, LanguageModel, Model, OpenOptions, Sampling } from '@whetstone/core'
import { checkGguf } from '../check-gguf.ts'
import { llamaScore } from '../llama-score.ts'
import { SampleRow } from '../sample-row.ts'
import { stripReasoning } from '../strip-reasoning.ts'

/**
 * The default backend: our own batch sampler, tools/sample, kept alive in its stdin mode so that the model is loaded once. Each call of `generate` is one batch from a clean
 * state, so a batch's completions depend on nothing but the batch; calls that overlap wait for each other. Scores come from tools/score.
 */
export default plugin({
  name: 'llama-sample',
  about: 'our own batch sampler, tools/sample, bit-reproducible; scores by tools/score',
  settings: z.strictObject({}),
  make: (): Backend => ({
    name: 'llama-sample',
    reproducible: true,
    tools: ['llama-sample', 'llama-score'],
    open,
  }),
})

async function open(model: Model, options: OpenOptions): Promise<LanguageModel> {
  if (model.path === null)
    throw new BadInput(`Model ${model.name} has no weights on this machine: give --model=PATH, or sample it with --endpoint=URL`)
  const { parameters } = checkGguf(model.path)
  if (model.adapter) checkGguf(model.adapter)
  const flags = toolFlags(model, options, parameters)
  return languageModel(
    model,
    options,
    flags,
    await startBatchTool('llama-sample', { flags, logFile: options.logFile, signal: options.signal }),
  )
}

function toolFlags(model: Model, options: OpenOptions, parameters: number): string[] {
  const { gpu = 'auto' } = options
  const layers = gpu === 'off' ? 0 : (options.gpuLayers ?? layersOnGpu(gpu, parameters))
  return [
    '-m',
    model.path as string,
    ...(model.adapter ? ['--lora', model.adapter, '--lora-scale', String(model.adapterScale ?? 1)] : []),
    '-np',
    String(options.concurrency),
    '-t',
    String(options.threads ?? availableParallelism()),
    '-c',
    String(options.context ?? 4096),
    '-ngl',
    String(layers),
    ...(options.date === undefined ? [] : ['--date', options.date]),
    ...(options.logprobs ? ['--logprobs'] : []),
  ]
}

function languageModel(model: Model, options: OpenOptions, flags: readonly string[], started: BatchTool): LanguageModel {
  let sampler: BatchTool | null = started
  let closed = false
  let busy: Promise<unknown> = Promise.resolve()

  async function* run(requests: readonly GenerateRequest[], signal: AbortSignal | undefined): AsyncGenerator<Completion> {
    const groups = groupByPrompt(requests)
    const given = new Set<string>()
    for (let tries = 1; ; tries++) {
      sampler ??= await startBatchTool('llama-sample', { flags, logFile: options.logFile, signal })
      const running = sampler
      let whole = false
      try {
        for await (const said of running.batch(groups.map(toRow), signal)) {
          const row = SampleRow.parse(said)
          const request = groups[row.id]?.[row.index]
          if (!request) throw new Error(`llama-sample answered what was not asked: ${row.id}/${row.index}`)
          if (given.has(`${row.id}/${row.index}`)) continue
          given.add(`${row.id}/${row.index}`)
          yield toCompletion(row, request)
        }
        whole = true
        return
      } catch (error) {
        signal?.throwIfAborted()
        // Killed from outside, out of memory, a crash: once more, and what was answered already is not given twice.
        if (error instanceof BadInput || tries === 2) throw error
      } finally {
        if (!whole) {
          running.kill() // a batch left half-way cannot be told from the next one: begin with a new process
          sampler = null
        }
      }
    }
  }

  return {
    model,
    async *generate(requests, { signal } = {}) {
      if (closed) throw new Error(`${model.name} was closed`)
      signal?.throwIfAborted()
      if (requests.length === 0) return
      const before = busy
      const turn = Promise.withResolvers<void>()
      busy = turn.promise
      try {
        await before
        yield* run(requests, signal)
        signal?.throwIfAborted()
      } finally {
        turn.resolve()
      }
    },
    score: (requests, { signal } = {}) => llamaScore(flags, requests, { signal, logFile: options.logFile }),
    async [Symbol.asyncDispose]() {
      closed = true
      const last = sampler
      sampler = null
      await last?.end()
    },
  }
}

/** Requests with equal prompt and sampling are samples of one row, in the order of the first of each: the tool evaluates their prompt once. */
const groupByPrompt = (requests: readonly GenerateRequest[]): GenerateRequest[][] => [
  ...Map.groupBy(requests, ({ messages, sampling }) => canonicalJson([messages, sampling])).values(),
]

function toRow(group: readonly GenerateRequest[], id: number): object {
  const { messages, sampling } = group[0] as GenerateRequest
  return { id, messages, seeds: group.map(({ seed }) => seed), ...samplingFields(sampling) }
}

const samplingFields = (sampling: Sampling) => ({
  temperature: sampling.temperature,
  max_tokens: sampling.maxTokens,
  top_k: sampling.topK,
  top_p: sampling.topP,
  min_p: sampling.minP,
  repeat_penalty: sampling.repeatPenalty,
  presence_penalty: sampling.presencePenalty,
  frequency_penalty: sampling.frequencyPenalty,
  stop: sampling.stop,
  grammar: sampling.grammar,
  template_args: templateArguments(sampling),
  // off: a template without a switch opens the block all the same, and it is closed at once
  reasoning_budget: typeof sampling.reasoning === 'object' ? sampling.reasoning.budget : sampling.reasoning === 'off' ? 0 : undefined,
})

function toCompletion(row: SampleRow, request: GenerateRequest): Completion {
  const { unclosed, ...stripped } = stripReasoning(row.text, { opened: row.opened, marks: row.reasoning_marks })
  return {
    id: request.id,
    ...stripped,
    finish: unclosed && row.finish === 'stop' ? 'length' : row.finish,
    tokens: { prompt: row.prompt_tokens, completion: row.completion_tokens },
    seconds: row.seconds,
    promptText: row.prompt_text,
    ids: row.ids,
    forced: row.forced && clipSpans(row.forced, row.ids?.length ?? 0),
    logprobs: row.logprobs?.slice(0, row.ids?.length), // those of a stop string follow
  }
}
