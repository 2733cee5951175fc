import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What tests read of a request. */
export type FakeRequest = {
  headers: IncomingMessage['headers']
  body: Record<string, unknown> & {
    messages: { role: string; content: string }[]
    max_tokens?: number
    max_completion_tokens?: number
    seed: number
    temperature: number
    stop?: string[]
  }
}
/** Answers one POST /chat/completions; `attempt` counts the requests from 0. */
export type FakeHandler = (request: FakeRequest, response: ServerResponse, attempt: number) => void | Promise<void>

/** A local HTTP server that speaks enough of OpenAI's protocol for tests, and misbehaves as its handler tells it. */
export async function fakeEndpoint(handler: FakeHandler, options: { key?: string; models?: unknown; modelsStatus?: number } = {}) {
  const seen: FakeRequest[] = []
  const server = createServer(async (request, response) => {
    if (options.key && request.headers.authorization !== `Bearer ${options.key}`)
      return sendError(response, 401, {
        message: `Incorrect API key provided: ${request.headers.authorization?.slice(7)}`,
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      })
    if (request.url?.endsWith('/models')) {
      if (options.modelsStatus) return sendError(response, options.modelsStatus, { message: 'no models here' })
      return response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(options.models ?? { object: 'list', data: [{ id: 'fake', object: 'model' }] }))
    }
    let text = ''
    for await (const piece of request) text += piece
    const parsed = { headers: request.headers, body: JSON.parse(text) as FakeRequest['body'] }
    seen.push(parsed)
    await handler(parsed, response, seen.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function sendError(response: ServerResponse, status: number, error: Record<string, unknown>, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ error }))
}

/** Streams an answer in pieces as chat completion chunks. */
export function sendAnswer(
  response: ServerResponse,
  pieces: Record<string, unknown>[],
  finish: string | null = 'stop',
  usage: Record<string, number> | null = { prompt_tokens: 7, completion_tokens: pieces.length },
) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (choices: unknown[], more = {}) =>
    response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices, ...more })}\n\n`)
  for (const delta of pieces) send([{ index: 0, delta, finish_reason: null }])
  if (finish !== null) send([{ index: 0, delta: {}, finish_reason: finish }])
  if (usage) send([], { usage })
  response.end(finish === null ? '' : 'data: [DONE]\n\n')
}
