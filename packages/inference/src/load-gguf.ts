import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { BadInput, type Gpu } from '@whetstone/core'
import type { LlamaModel } from 'node-llama-cpp'
import { sharedLlama } from './shared-llama.ts'

export type LoadGguf = { gpu: Gpu; gpuLayers?: number | 'auto'; logFile?: string; signal?: AbortSignal }

/** A GGUF in this process, for language models and embedders alike. `explain` makes one line of a failure, with what llama.cpp said of it. */
export async function loadGguf(
  { path, adapter }: { path: string; adapter: string | null },
  { gpu, gpuLayers, logFile, signal }: LoadGguf,
): Promise<{ weights: LlamaModel; explain(error: unknown): unknown; close(): Promise<void> }> {
  const { llama, listen } = await sharedLlama(gpu)
  const said: string[] = []
  const stopListening = listen((message) => {
    said.push(message)
    if (said.length > 20) said.shift()
    if (logFile) log(logFile, message)
  })
  const explain = (error: unknown) => {
    if (!(error instanceof Error) || error instanceof BadInput || error.name === 'AbortError') return error
    const what = error.message.split('\n')[0]
    if (error.name === 'InsufficientMemoryError')
      return new BadInput(`${path} does not fit into memory (${what}): lower --concurrency, or take a smaller quantization`)
    const why = said.find((line) => /error/.test(line))?.trim() ?? what
    return new BadInput(`${path}${adapter ? ` with adapter ${adapter}` : ''} cannot be loaded by node-llama-cpp: ${why}`)
  }
  try {
    const weights = await llama.loadModel({ modelPath: path, gpuLayers, loadSignal: signal })
    return {
      weights,
      explain,
      async close() {
        await weights.dispose()
        stopListening()
      },
    }
  } catch (error) {
    stopListening()
    signal?.throwIfAborted()
    throw explain(error)
  }
}

function log(file: string, message: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    appendFileSync(file, message)
  } catch {
    // a log that cannot be written must not take the work down
  }
}
