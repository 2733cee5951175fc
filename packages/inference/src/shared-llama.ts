import type { Gpu } from '@whetstone/core'
import type { Llama } from 'node-llama-cpp'
import { currentAccelerator } from '@whetstone/native'

/** What llama.cpp says, warnings and errors. */
type Listener = (message: string) => void
const listeners = new Set<Listener>()
const instances = new Map<Gpu, Promise<Llama>>()

/**
 * llama.cpp's libraries in this process, loaded once a kind of GPU: another instance would cost half a second, and disposing of
 * one takes the log away from all others, whose errors then land on the user's screen. `listen` is told what llama.cpp says until its
 * result is called.
 */
export async function sharedLlama(gpu: Gpu): Promise<{ llama: Llama; listen: (listener: Listener) => () => void }> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp')
  const started =
    instances.get(gpu) ??
    getLlama({
      build: 'never',
      skipDownload: true,
      // in this process an accelerator that crashes takes the run along: only one that was tried is used
      gpu: gpu === 'off' ? false : gpu === 'auto' ? (currentAccelerator()?.kind ?? false) : gpu,
      // Each context brings its own number of threads.
      maxThreads: 0,
      logLevel: LlamaLogLevel.warn,
      logger: (_level, message) => listeners.forEach((listener) => listener(message)),
    })
  instances.set(gpu, started)
  const listen = (listener: Listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return { llama: await started, listen }
}
