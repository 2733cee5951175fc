import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, deriveSeed, random } from '@whetstone/core'
import type { Completion, Fault, GenerateRequest } from '@whetstone/core'
import type OpenAI from 'openai'
import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { chatBody } from './chat-body.ts'
import type { Dialect } from './chat-body.ts'
import { inParallel } from './in-parallel.ts'
import { providerError } from './provider-error.ts'
import { stripReasoning } from './strip-reasoning.ts'

/** An opened endpoint that speaks OpenAI's chat completions. */
export type ChatEndpoint = {
  client: OpenAI
  /** The model's name over there. */
  model: string
  dialect: Dialect
  concurrency: number
  /** Seconds a request may take, answer included. */
  timeout: number
  retries: number
  /** Seconds before the first retry; doubles with each, up to a minute. */
  backoff: number
  /** Awaited before each request; throws when none can ever be sent. */
  ready?: (retry: number, signal: AbortSignal) => Promise<void>
  /** Where it is, for messages. */
  where: string
  /** Takes the key out of a message. */
  hide?: (text: string) => string
}

/** The longest that we wait because a provider says so; one that asks for more has failed. */
const patience = 600

/**
 * Answers requests over HTTP, some at once; a provider's request to wait holds for all of them. Streams, so that long answers do not run
 * into timeouts of proxies and of fetch.
 */
export async function* chatCompletions(
  endpoint: ChatEndpoint,
  requests: readonly GenerateRequest[],
  signal?: AbortSignal,
): AsyncGenerator<Completion | Fault> {
  const queue = [...requests]
  const gate: Gate = { openAt: 0 }
  yield* inParallel(
    Math.min(endpoint.concurrency, requests.length),
    () => queue.shift(),
    (request, _slot, stop) => complete(endpoint, request, gate, stop),
    signal,
  )
}

/** When requests may be sent again, by performance.now(). */
type Gate = { openAt: number }

async function complete(endpoint: ChatEndpoint, request: GenerateRequest, gate: Gate, signal: AbortSignal): Promise<Completion | Fault> {
  const jitter = random(deriveSeed(request.seed, request.id))
  for (let retries = 0; ; retries++) {
    for (let left = gate.openAt - performance.now(); left > 0; left = gate.openAt - performance.now())
      await sleep(left, undefined, { signal })
    await endpoint.ready?.(retries, signal)
    const started = performance.now()
    const limit = AbortSignal.timeout(endpoint.timeout * 1000)
    try {
      const answer = await stream(endpoint, request, AbortSignal.any([signal, limit]))
      return { id: request.id, ...answer, seconds: (performance.now() - started) / 1000 }
    } catch (error) {
      signal.throwIfAborted()
      const found = limit.aborted ? { kind: 'retry' as const, message: `no answer within ${endpoint.timeout} s` } : providerError(error)
      const message = endpoint.hide?.(found.message) ?? found.message
      if (found.kind === 'context') return { id: request.id, text: '', finish: 'context', tokens: { prompt: 0, completion: 0 }, seconds: 0 }
      if (found.kind === 'refused')
        throw new BadInput(`${endpoint.where} refuses to answer (${message}): check key, model name and account`)
      const wait = found.wait ?? Math.min(60, endpoint.backoff * 2 ** retries) * (0.75 + jitter() / 2)
      if (found.kind === 'fault' || retries >= endpoint.retries || wait > patience) return { id: request.id, fault: message, retries }
      if (found.wait === undefined) await sleep(wait * 1000, undefined, { signal })
      else gate.openAt = Math.max(gate.openAt, performance.now() + wait * 1000)
    }
  }
}

/** Reasoning comes in a field of its own from servers that part it from the answer, under either of two names. */
type Delta = ChatCompletionChunk.Choice.Delta & { reasoning_content?: string | null; reasoning?: string | null }

async function stream(
  { client, model, dialect }: ChatEndpoint,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<Omit<Completion, 'id' | 'seconds'>> {
  const chunks = await client.chat.completions.create(chatBody(model, request, dialect), { signal, maxRetries: 0 })
  let text = ''
  let thoughts = ''
  let pieces = 0
  let reason: string | null = null
  let usage: ChatCompletionChunk['usage']
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    const choice = chunk.choices?.[0]
    const delta = choice?.delta as Delta | undefined
    const thought = delta?.reasoning_content ?? delta?.reasoning ?? ''
    if (thought || delta?.content) pieces++
    thoughts += thought
    text += delta?.content ?? ''
    reason = choice?.finish_reason ?? reason
    usage = chunk.usage ?? usage
  }
  signal.throwIfAborted()
  if (reason === null) throw new Error('the answer broke off')
  const { unclosed, ...stripped } =
    thoughts.trim() === '' ? stripReasoning(text) : { text: text.trimStart(), reasoning: thoughts.trim(), unclosed: text.trim() === '' }
  return {
    ...stripped,
    finish: reason === 'length' || unclosed ? 'length' : 'stop',
    // A provider that does not count sends about a token a piece.
    tokens: { prompt: usage?.prompt_tokens ?? 0, completion: usage?.completion_tokens ?? pieces },
  }
}
