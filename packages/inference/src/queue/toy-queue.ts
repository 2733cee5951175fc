// A backend and workers of a test's own, in this process.
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { plugin, type Backend, type GenerateRequest, type Model } from '@whetstone/core'
import { z } from 'zod'
import { scriptedModel } from '../scripted.ts'
import { queued } from './queued.ts'
import { runWorker } from './worker.ts'

type Answer = (request: GenerateRequest, job: number) => Promise<string> | string

/** A backend: what a worker's answers are, and how long a list takes. */
export function toyBackend(
  answer: Answer = ({ seed }) => `answer ${seed}`,
  { wait = 0, reproducible = true }: { wait?: number | ((requests: readonly GenerateRequest[]) => number); reproducible?: boolean } = {},
) {
  const seen: string[][] = []
  const make = plugin({
    name: 'toy',
    about: 'for tests',
    settings: z.strictObject({}),
    make: (): Backend => ({
      name: 'toy',
      reproducible,
      open: async (model) => ({
        model,
        async *generate(requests) {
          const job = seen.push(requests.map(({ id }) => id))
          const milliseconds = typeof wait === 'number' ? wait : wait(requests)
          if (milliseconds > 0) await sleep(milliseconds)
          for (const request of requests)
            yield {
              id: request.id,
              text: await answer(request, job),
              finish: 'stop' as const,
              tokens: { prompt: 1, completion: 1 },
              seconds: 0,
            }
        },
        async [Symbol.asyncDispose]() {},
      }),
    }),
  })
  return { backend: make(), seen }
}

/** A worker in this process. */
export function toyWorker(url: string, backend: Backend, { lock = 2, store }: { lock?: number; store?: string } = {}) {
  const stop = new AbortController()
  const printed: string[] = []
  const ended = runWorker({ url, lock, store, print: (text) => printed.push(text), signal: stop.signal, backendOf: async () => backend })
  return {
    printed,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}

/** The toy's model, opened on a queue; its weights are a file that nobody looks into. */
export function openToy(url: string, backend: Backend, { whenDown = 'wait', store }: { whenDown?: 'wait' | 'stop'; store?: string } = {}) {
  const path = join(tmpdir(), 'whetstone-toy.gguf')
  writeFileSync(path, 'not looked into')
  const model: Model = { ...scriptedModel('toy'), path }
  return queued(backend, { url, store, whenDown }).open(model, { concurrency: 4 })
}
