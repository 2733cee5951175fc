import { APIConnectionError, APIError } from 'openai'
import { EndpointRefusal } from './bounded-fetch.ts'
import { connectionTrouble } from './connection-trouble.ts'

/**
 * What to do about a failed request.
 * - `context`: the prompt did not fit: a failed attempt, not a fault
 * - `retry`: may go better later; `wait` is what the provider asks for, in seconds
 * - `fault`: this request will not go better
 * - `refused`: no request will: the key, the model's name or the account is wrong
 */
export type ProviderError = {
  kind: 'context' | 'retry' | 'fault' | 'refused'
  message: string
  wait?: number
  /** HTTP's, where there was an answer. */
  status?: number
}

/** What providers say of a prompt that does not fit. */
export const tooLong =
  /context.?(length|size|window)|maximum (context|model) length|(prompt|input) is too long|too many (input )?tokens|must have less than \d+ tokens/i

/** Sorts the errors of the package openai and of llama-server, vLLM, TGI and OpenAI behind it. */
export function providerError(error: unknown): ProviderError {
  if (!(error instanceof APIError) || error instanceof APIConnectionError) {
    const cause = deepest(error)
    if (cause instanceof EndpointRefusal) return { kind: 'refused', message: cause.message }
    return connectionTrouble(cause)
  }
  const status = error.status as number | undefined
  const message = `${status === undefined ? '' : `HTTP ${status}: `}${plain(error)}`
  if (error.type === 'exceed_context_size_error' || error.code === 'context_length_exceeded') return { kind: 'context', message }
  if ((status === 400 || status === 413 || status === 422) && tooLong.test(error.message)) return { kind: 'context', message }
  if (error.code === 'insufficient_quota' || status === 402) return { kind: 'refused', message, status }
  if (status === 401 || status === 403 || status === 404 || status === 407) return { kind: 'refused', message, status }
  if (status === undefined || status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) {
    const wait = retryAfter(error.headers as Headers | undefined)
    return { kind: 'retry', message, wait }
  }
  return { kind: 'fault', message }
}

/** Seconds that Retry-After asks for: a number, or a date (RFC 9110, 10.2.3); retry-after-ms is OpenAI's own. */
export function retryAfter(headers: Headers | undefined, now = Date.now()): number | undefined {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '')
  if (milliseconds >= 0) return some(milliseconds / 1000)
  const value = headers?.get('retry-after')
  if (!value) return undefined
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return some(Number(value))
  // A date by the provider's clock, which need not be ours. Numbers that JavaScript would take for a date (-5) are none.
  const date = /^\s*[a-z]/i.test(value) ? Date.parse(value) : NaN
  const there = Date.parse(headers?.get('date') ?? '')
  return some((date - (Number.isNaN(there) ? now : there)) / 1000)
}
/** At once, or in the past, is no answer to how long to wait: then we reckon ourselves. */
const some = (seconds: number) => (seconds > 0 ? seconds : undefined)

/** The message of the body without the status in front, on one line, at most 300 characters. */
function plain(error: APIError): string {
  const body = error.error as { message?: unknown } | undefined
  const text = typeof body?.message === 'string' ? body.message : error.message.replace(/^\d+ /, '')
  return text.replace(/\s+/g, ' ').slice(0, 300)
}

/** "fetch failed" says nothing: the reason is at the end of the chain of causes. */
function deepest(error: unknown): unknown {
  let cause = error
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
  return cause
}
