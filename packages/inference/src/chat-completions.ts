import { BadInput } from '@whetstone/core'
import type { Completion, Fault, GenerateRequest } from '@whetstone/core'
import type OpenAI from 'openai'
import { chatBody } from './chat-body.ts'
import type { Dialect } from './chat-body.ts'
import { limitBody } from './bounded-fetch.ts'
import { anyFlag } from './endpoint-client.ts'
import { askAll, type Asked, type Asking } from './ask-all.ts'
import { providerError } from './provider-error.ts'
import { partAnswer, plainText, tokenCount } from './read-answer.ts'

/** An opened endpoint that speaks OpenAI's chat completions. */
export type ChatEndpoint = Asking & {
  client: OpenAI
  /** The model's name over there. */
  model: string
  dialect: Dialect
  /** Seconds a request may take, answer included. */
  timeout: number
  /** The flag that named it, where one did. */
  flag?: string | undefined
  /** Takes the key out of a message. */
  hide?: (text: string) => string
  /** Told the headers of each answer, and the name of the model as it calls itself. */
  hear?: (said: { headers?: Headers; model?: string }) => void
}

/** Answers requests over HTTP, some at once. Streams, so that long answers do not run into timeouts of proxies and of fetch. */
export function chatCompletions(
  endpoint: ChatEndpoint,
  requests: readonly GenerateRequest[],
  signal?: AbortSignal,
): AsyncGenerator<Completion | Fault> {
  return askAll(endpoint, requests, (request, stop) => askOnce(endpoint, request, stop), signal)
}

/** Asks once: an answer (a prompt that does not fit is one), or why there is none. */
export async function askOnce(endpoint: ChatEndpoint, request: GenerateRequest, signal: AbortSignal): Promise<Asked> {
  const started = performance.now()
  const limit = AbortSignal.timeout(endpoint.timeout * 1000)
  try {
    const answer = await stream(endpoint, request, AbortSignal.any([signal, limit]))
    return { id: request.id, ...answer, seconds: (performance.now() - started) / 1000 }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof NotAnApi)
      throw new BadInput(
        `${endpoint.where} ${error.message}: check ${endpoint.flag ?? anyFlag} (it often ends in /v1), and whether a proxy or a login page stands before it`,
      )
    const found = limit.aborted ? { kind: 'retry' as const, message: `no answer within ${endpoint.timeout} s` } : providerError(error)
    if (found.kind === 'context') return { id: request.id, text: '', finish: 'context', tokens: { prompt: 0, completion: 0 }, seconds: 0 }
    return { ...found, kind: found.kind, message: endpoint.hide?.(found.message) ?? found.message }
  }
}

/** An event is some hundred bytes a token; log-probabilities and the like make it longer. */
const bytesPerToken = 4096

/** What providers send in place of what the protocol says: content in parts, reasoning under either of two names, counts that are no whole numbers. */
type Delta = {
  content?: unknown
  reasoning_content?: unknown
  reasoning?: unknown
  refusal?: unknown
  tool_calls?: unknown
  function_call?: unknown
}
type Choice = { index?: number; delta?: Delta; message?: Delta; text?: unknown; finish_reason?: string | null }
type Chunk = {
  model?: unknown
  choices?: Choice[]
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null
  error?: unknown
}

/** An answer as it grows. Of several choices the first is the answer: one was asked for. */
async function stream(
  { client, model, dialect, hear }: ChatEndpoint,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<Omit<Completion, 'id' | 'seconds'>> {
  const answer = {
    text: '',
    thoughts: '',
    pieces: 0,
    reason: null as string | null,
    usage: undefined as Chunk['usage'],
    calls: false,
    refused: false,
  }
  for await (const chunk of await chunks(client, chatBody(model, request, dialect), {
    most: 2 ** 20 + request.sampling.maxTokens * bytesPerToken,
    signal,
    hear,
  })) {
    signal.throwIfAborted()
    if (chunk === null || typeof chunk !== 'object') throw new Error('the answer holds something that is no completion')
    if (typeof chunk.model === 'string') hear?.({ model: chunk.model })
    if (chunk.error) throw new Error(errorText(chunk.error))
    const choices = Array.isArray(chunk.choices) ? chunk.choices : []
    const choice = choices.find((each) => each !== null && typeof each === 'object' && (each.index ?? 0) === 0)
    const delta = choice?.delta ?? choice?.message
    const [content, thought] = [
      plainText(delta?.content ?? choice?.text),
      plainText(delta?.reasoning_content) || plainText(delta?.reasoning),
    ]
    if (content || thought) answer.pieces++
    answer.refused ||= plainText(delta?.refusal) !== ''
    answer.text += content
    answer.thoughts += thought
    // A token is some letters: what is much longer is not what was asked for.
    if (answer.text.length + answer.thoughts.length > 65_536 + 64 * request.sampling.maxTokens)
      throw new Error(`the answer is longer than ${request.sampling.maxTokens} tokens can be`)
    answer.calls ||= Array.isArray(delta?.tool_calls) && delta.tool_calls.length > 0
    if (typeof choice?.finish_reason === 'string') answer.reason = choice.finish_reason
    answer.usage = chunk.usage ?? answer.usage
  }
  signal.throwIfAborted()
  const { pieces, reason, usage } = answer
  if (reason === null) throw new Error('the answer broke off')
  return {
    ...partAnswer({ ...answer, reason, whole: 'stop' }),
    // A provider that does not count sends about a token a piece.
    tokens: { prompt: tokenCount(usage?.prompt_tokens) ?? 0, completion: tokenCount(usage?.completion_tokens) ?? pieces },
  }
}

function errorText(error: unknown): string {
  const { message } = error as { message?: unknown }
  const text = typeof message === 'string' ? message : typeof error === 'string' ? error : 'the provider broke off with an error'
  return text.replace(/\s+/g, ' ').slice(0, 300)
}

/** The pieces of an answer: events as asked for, or one whole completion from servers that do not stream. A page in place of either is a wrong address. */
async function chunks(
  client: OpenAI,
  body: ReturnType<typeof chatBody>,
  { most, signal, hear }: { most: number; signal: AbortSignal; hear: ChatEndpoint['hear'] },
): Promise<AsyncIterable<Chunk>> {
  const answer = await client.chat.completions.create(body, { signal, maxRetries: 0 }).asResponse()
  hear?.({ headers: answer.headers })
  const response = limitBody(answer, most)
  const type = response.headers.get('content-type') ?? ''
  if (/\bjson\b/i.test(type)) {
    const whole = (await response.json().catch(() => {
      throw new Error('the answer is not whole JSON')
    })) as Chunk
    return (async function* () {
      yield whole
    })()
  }
  if (/html/i.test(type)) {
    const title = /<title[^>]*>([^<]{0,80})/i.exec((await response.text()).slice(0, 4096))?.[1]?.trim()
    throw new NotAnApi(`answers with a web page${title ? ` (${JSON.stringify(title)})` : ''} in place of a completion`)
  }
  const { Stream } = await import('openai/streaming')
  // With the client, which is told to log nothing: else the stream prints what it cannot read.
  return Stream.fromSSEResponse<Chunk>(response, new AbortController(), client)
}

/** What answers is no endpoint of this kind; no retry makes it one. */
class NotAnApi extends Error {}
