import type { Backend, Completion, GenerateRequest, Model } from '@whetstone/core'
import { contentId, plugin, weightless } from '@whetstone/core'
import { z } from 'zod'
import { stripReasoning } from './strip-reasoning.ts'

/** What a script answers: the text as a model would write it (think block and all), how it ended, or that the provider failed. */
export type Reply = string | { text: string; finish?: Completion['finish'] } | { fault: string; retries?: number }
export type Script = (request: GenerateRequest) => Reply | Promise<Reply>

/** Characters that count as one token of a scripted model. */
const characters = 4
const count = (text: string) => Math.ceil(text.length / characters)

const simulated = plugin({
  name: 'scripted',
  about: 'a simulated model for tests: a function answers instead of weights',
  settings: z.strictObject({ name: z.string(), script: z.custom<Script>((value) => typeof value === 'function') }),
  make: ({ name, script }): Backend => ({
    name: `scripted:${name}`,
    reproducible: true,
    async open(model, options) {
      let disposed = false
      return {
        model,
        async *generate(requests, { signal } = {}) {
          for (const request of requests) {
            if (disposed) throw new Error(`scripted:${name} was disposed`)
            signal?.throwIfAborted()
            const started = performance.now()
            const prompt = request.messages.reduce((sum, message) => sum + count(message.content), 0)
            const fits = options.context === undefined || prompt < options.context
            const reply = fits ? await script(request) : { text: '', finish: 'context' as const }
            signal?.throwIfAborted()
            const seconds = (performance.now() - started) / 1000
            if (typeof reply === 'object' && 'fault' in reply) yield { id: request.id, retries: 0, ...reply }
            else yield { id: request.id, ...cut(reply, request, prompt), seconds }
          }
        },
        async [Symbol.asyncDispose]() {
          disposed = true
        },
      }
    },
  }),
})

/**
 * A simulated model for tests: a function answers instead of weights, and the backend's and the model's names say so.
 * Tokens are counted as four characters each; `maxTokens`, `stop` and the context hold as they do for a real one.
 */
export const scripted = (name: string, script: Script): Backend => simulated({ name, script })

function cut(reply: Exclude<Reply, { fault: string }>, { sampling }: GenerateRequest, prompt: number): Omit<Completion, 'id' | 'seconds'> {
  let { text, finish = 'stop' } = typeof reply === 'string' ? { text: reply } : reply
  for (const stop of sampling.stop ?? []) if (text.includes(stop)) text = text.slice(0, text.indexOf(stop))
  if (count(text) > sampling.maxTokens) [text, finish] = [text.slice(0, sampling.maxTokens * characters), 'length']
  const { unclosed, ...stripped } = stripReasoning(text)
  return { ...stripped, finish: unclosed && finish === 'stop' ? 'length' : finish, tokens: { prompt, completion: count(text) } }
}

/** The card of a scripted model; its name says that nothing was learned. */
export function scriptedModel(name: string): Model {
  return {
    id: contentId('model', ['scripted', name]),
    name: `scripted:${name}`,
    ...weightless,
    metadata: { simulated: true },
  }
}
