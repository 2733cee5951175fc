import { availableParallelism } from 'node:os'
import { BadInput, plugin, smallModel } from '@whetstone/core'
import type { Backend, LanguageModel, Model, OpenOptions } from '@whetstone/core'
import type { LlamaContext, LlamaModel } from 'node-llama-cpp'
import { z } from 'zod'
import { checkAdapter } from '../check-adapter.ts'
import { checkGguf } from '../check-gguf.ts'
import type { generateInSequences } from '../generate-in-sequences.ts'
import { loadGguf } from '../load-gguf.ts'
import { startChatRenderer, type ChatRenderer } from '../start-chat-renderer.ts'

/**
 * It needs no tool to be built; the native sampler is several times faster (see the bench). One sequence at a time is reproducible to the bit,
 * a batch of several is not.
 */
export default plugin({
  name: 'node-llama-cpp',
  about: 'llama.cpp inside our own process, by the package node-llama-cpp and the libraries it ships',
  settings: z.strictObject({}),
  make: (): Backend => ({ name: 'node-llama-cpp', reproducible: false, open }),
})

async function open(model: Model, options: OpenOptions): Promise<LanguageModel> {
  if (model.path === null)
    throw new BadInput(`Model ${model.name} has no weights on this machine: give --model=PATH, or sample it with --endpoint=URL`)
  const header = checkGguf(model.path)
  if (model.adapter) checkAdapter(model.adapter, model.path)
  const small = header.parameters < smallModel
  const { gpu = 'auto', gpuLayers, logFile, signal } = options
  const threads = options.threads ?? (small ? 1 : Math.max(1, Math.floor(availableParallelism() / 2)))
  // Loaded when it is used: every command imports this file, few open a model in it.
  const { generateInSequences } = await import('../generate-in-sequences.ts')
  const source = { path: model.path, adapter: model.adapter }
  const { weights, explain, close } = await loadGguf(source, { gpu: gpu === 'auto' && small ? 'off' : gpu, gpuLayers, logFile, signal })
  try {
    const context = options.context ?? Math.min(weights.trainContextSize, 4096)
    const opened = await weights.createContext({
      sequences: options.concurrency,
      contextSize: context,
      threads,
      lora: model.adapter === null ? undefined : { adapters: [{ filePath: model.adapter, scale: model.adapterScale ?? 1 }] },
      createSignal: signal,
    })
    const chat = await startChatRenderer(
      header.chatTemplate,
      { bos: weights.tokens.bosString, eos: weights.tokens.eosString },
      options.date,
    )
    return languageModel({ model, weights, opened, context, chat, generateInSequences, close })
  } catch (error) {
    await close()
    signal?.throwIfAborted()
    throw explain(error)
  }
}

type Opened = {
  model: Model
  weights: LlamaModel
  opened: LlamaContext
  context: number
  chat: ChatRenderer
  generateInSequences: typeof generateInSequences
  close: () => Promise<void>
}

function languageModel({ model, weights, opened, context, chat, generateInSequences, close }: Opened): LanguageModel {
  const sequences = Array.from({ length: opened.totalSequences }, () => opened.getSequence())
  const unknown = (weights.fileInfo.metadata.tokenizer?.ggml as { unknown_token_id?: number } | undefined)?.unknown_token_id
  let closing: Promise<void> | undefined
  return {
    model,
    generate(requests, { signal } = {}) {
      if (closing) throw new Error(`${model.name} was closed`)
      return generateInSequences({ sequences, weights, render: chat.render, context, unknown }, requests, signal)
    },
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        await chat.end()
        await opened.dispose()
        await close()
      })()
      return closing
    },
  }
}
