import { appendFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { BadInput } from '@whetstone/core'
import type { Backend, LanguageModel, Model, OpenOptions } from '@whetstone/core'
import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp'
import { checkAdapter } from './check-adapter.ts'
import { checkGguf } from './check-gguf.ts'
import { chatRenderer } from './render-chat.ts'
import type { generateInSequences } from './generate-in-sequences.ts'

/** Models below this size are slower on a GPU than on one CPU thread. */
const smallModel = 50e6

/**
 * llama.cpp inside our own process, by the package node-llama-cpp and the libraries it ships. It needs no tool to be built;
 * the native sampler is several times faster (see the bench). Batches of several sequences are not reproducible to the bit, one sequence
 * is.
 */
export const nodeLlamaCpp: Backend = {
  name: 'node-llama-cpp',
  reproducible: false,
  async open(model, options) {
    if (model.path === null)
      throw new BadInput(`Model ${model.name} has no weights on this machine: give --model=PATH, or sample it with --endpoint=URL`)
    const header = checkGguf(model.path)
    if (model.adapter) checkAdapter(model.adapter, model.path)
    const small = header.parameters < smallModel
    const threads = options.threads ?? (small ? 1 : Math.max(1, Math.floor(availableParallelism() / 2)))
    // Loaded when it is used: every command imports this file, few open a model in it.
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp')
    const { generateInSequences } = await import('./generate-in-sequences.ts')
    const llama = await getLlama({
      build: 'never',
      skipDownload: true,
      gpu: small || options.gpuLayers === 0 ? false : 'auto',
      maxThreads: threads,
      logLevel: LlamaLogLevel.warn,
      logger: (_level, message) => {
        if (options.logFile) appendFileSync(options.logFile, message)
      },
    })
    let weights: LlamaModel | undefined
    try {
      weights = await llama.loadModel({
        modelPath: model.path,
        ...(options.gpuLayers === undefined ? {} : { gpuLayers: options.gpuLayers }),
        ...(options.signal ? { loadSignal: options.signal } : {}),
      })
      const context = options.context ?? Math.min(weights.trainContextSize, 4096)
      const opened = await weights.createContext({
        sequences: options.concurrency,
        contextSize: context,
        threads,
        ...(model.adapter ? { lora: model.adapter } : {}),
        ...(options.signal ? { createSignal: options.signal } : {}),
      })
      return languageModel({ model, llama, weights, opened, context, template: header.chatTemplate, generateInSequences })
    } catch (error) {
      await weights?.dispose()
      await llama.dispose()
      options.signal?.throwIfAborted()
      throw explain(error, model, options)
    }
  },
}

type Opened = {
  model: Model
  llama: Llama
  weights: LlamaModel
  opened: LlamaContext
  context: number
  template: string | null
  generateInSequences: typeof generateInSequences
}

function languageModel({ model, llama, weights, opened, context, template, generateInSequences }: Opened): LanguageModel {
  const sequences = Array.from({ length: opened.totalSequences }, () => opened.getSequence())
  const render = chatRenderer(template, { bos: weights.tokens.bosString, eos: weights.tokens.eosString })
  const unknown = (weights.fileInfo.metadata.tokenizer?.ggml as { unknown_token_id?: number } | undefined)?.unknown_token_id
  let closing: Promise<void> | undefined
  return {
    model,
    generate(requests, { signal } = {}) {
      if (closing) throw new Error(`${model.name} was closed`)
      return generateInSequences({ sequences, weights, render, context, unknown }, requests, signal)
    },
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        await opened.dispose()
        await weights.dispose()
        await llama.dispose()
      })()
      return closing
    },
  }
}

/** One line for what a user can mend: too little memory, an architecture that this llama.cpp does not know, an adapter of another model. */
function explain(error: unknown, model: Model, options: OpenOptions): unknown {
  if (!(error instanceof Error)) return error
  const what = error.message.split('\n')[0]
  if (error.name === 'InsufficientMemoryError')
    return new BadInput(
      `${model.path} with ${options.concurrency} sequences does not fit into memory (${what}): lower --concurrency, or take a smaller quantization`,
    )
  return new BadInput(`${model.path}${model.adapter ? ` with adapter ${model.adapter}` : ''} cannot be loaded by node-llama-cpp: ${what}`)
}
