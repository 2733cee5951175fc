import { appendFileSync, mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { BadInput } from '@whetstone/core'
import type { Backend, LanguageModel, Model, OpenOptions } from '@whetstone/core'
import type { LlamaContext, LlamaModel } from 'node-llama-cpp'
import { checkAdapter } from './check-adapter.ts'
import { checkGguf } from './check-gguf.ts'
import { chatRenderer } from './render-chat.ts'
import type { generateInSequences } from './generate-in-sequences.ts'
import { sharedLlama } from './shared-llama.ts'

/** Models below this size are slower on a GPU than on one CPU thread. */
const smallModel = 50e6

/**
 * llama.cpp inside our own process, by the package node-llama-cpp and the libraries it ships. It needs no tool to be built; the native
 * sampler is several times faster (see the bench). One sequence at a time is reproducible to the bit, a batch of several is not.
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
    // Loaded when it is used: every command imports this file, few open a model in it.
    const { generateInSequences } = await import('./generate-in-sequences.ts')
    const { llama, listen } = await sharedLlama(!small && options.gpuLayers !== 0)
    const said: string[] = []
    const stopListening = listen((message) => {
      said.push(message)
      if (said.length > 20) said.shift()
      if (options.logFile) log(options.logFile, message)
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
      return languageModel({ model, weights, opened, context, template: header.chatTemplate, generateInSequences, stopListening })
    } catch (error) {
      await weights?.dispose()
      stopListening()
      options.signal?.throwIfAborted()
      throw explain(error, said, model, options)
    }
  },
}

function log(file: string, message: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    appendFileSync(file, message)
  } catch {
    // a log that cannot be written must not take the work down
  }
}

type Opened = {
  model: Model
  weights: LlamaModel
  opened: LlamaContext
  context: number
  template: string | null
  generateInSequences: typeof generateInSequences
  stopListening: () => void
}

function languageModel({ model, weights, opened, context, template, generateInSequences, stopListening }: Opened): LanguageModel {
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
        stopListening()
      })()
      return closing
    },
  }
}

/** One line for what a user can mend: too little memory, an architecture that this llama.cpp does not know, an adapter of another model. */
function explain(error: unknown, said: readonly string[], model: Model, options: OpenOptions): unknown {
  if (!(error instanceof Error)) return error
  const what = error.message.split('\n')[0]
  if (error.name === 'InsufficientMemoryError')
    return new BadInput(
      `${model.path} with ${options.concurrency} sequences does not fit into memory (${what}): lower --concurrency, or take a smaller quantization`,
    )
  const why = said.find((line) => /error/.test(line))?.trim() ?? what
  return new BadInput(`${model.path}${model.adapter ? ` with adapter ${model.adapter}` : ''} cannot be loaded by node-llama-cpp: ${why}`)
}
