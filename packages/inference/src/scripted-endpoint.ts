import type { Completion, Fault } from '@whetstone/core'
import OpenAI from 'openai'
import { boundedFetch } from './bounded-fetch.ts'
import { chatCompletions } from './chat-completions.ts'

/** What the client makes of one answer of an endpoint, given as its bytes and content type ('' for none); for tests of what endpoints may send. */
export async function answerOf(type: string, body: string | Uint8Array): Promise<Completion | Fault> {
  const bytes = body.length === 0 ? null : typeof body === 'string' ? body : Buffer.from(body)
  const asked = globalThis.fetch
  globalThis.fetch = async () => new Response(bytes, { headers: type ? { 'content-type': type } : {} })
  try {
    const client = new OpenAI({ baseURL: 'http://x/v1', apiKey: 'x', maxRetries: 0, logLevel: 'off', fetch: boundedFetch({ idle: 5 }) })
    const endpoint = {
      client,
      model: 'x',
      dialect: 'other' as const,
      concurrency: 1,
      where: 'http://x',
      timeout: 5,
      retries: 0,
      backoff: 0.001,
    }
    const request = {
      id: 'a',
      messages: [{ role: 'user' as const, content: '6*7=' }],
      seed: 1,
      sampling: { temperature: 0, maxTokens: 16 },
    }
    const [answer] = await Array.fromAsync(chatCompletions(endpoint, [request]))
    return answer as Completion | Fault
  } finally {
    globalThis.fetch = asked
  }
}
