import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a file is served, for tests of downloads. */
export type Served = {
  content: Uint8Array
  /** Honours Range; the default. */
  ranges?: boolean
  /** Sends an entity tag; the default. */
  tag?: string | null
  /** The first so many requests end after this many bytes. */
  breakAfter?: { bytes: number; times: number }
  /** The first so many requests get this status. */
  fail?: { status: number; times: number; headers?: Record<string, string> }
  /** Sends this many bytes and then nothing, the first time. */
  stallAfter?: number
  chunked?: boolean
  /** As the hub does it: HEAD gives size and SHA-256, GET sends on to another server that must not see the token. */
  hub?: { sha256?: string; token?: string; status?: number }
}

/** A local server of files that misbehaves as told. `requests` holds what it was asked: method, path, range, whether a token came. */
export async function fakeFileServer(files: Record<string, Served | { json: unknown }>) {
  const requests: { method: string; path: string; range: string | undefined; authorized: boolean }[] = []
  const counts = new Map<string, number>()
  const storage = await listen((request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] as string)
    requests.push({
      method: `storage ${request.method}`,
      path,
      range: request.headers.range,
      authorized: request.headers.authorization !== undefined,
    })
    send(files[path] as Served, path, request, response, counts)
  })
  const front = await listen((request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] as string)
    const served = files[path]
    requests.push({
      method: request.method ?? '',
      path,
      range: request.headers.range,
      authorized: request.headers.authorization !== undefined,
    })
    if (served === undefined) return void response.writeHead(404).end('Entry not found')
    if ('json' in served) return void response.setHeader('content-type', 'application/json').end(JSON.stringify(served.json))
    if (!served.hub) return send(served, path, request, response, counts)
    const { token, status, sha256 = createHash('sha256').update(served.content).digest('hex') } = served.hub
    if (status) return void response.writeHead(status).end()
    if (token && request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end()
    const headers = {
      'x-linked-etag': `"${sha256}"`,
      'x-linked-size': String(served.content.length),
      'x-repo-commit': 'c0ffee',
      location: `${storage.url}${request.url}`,
    }
    response.writeHead(302, headers).end()
  })
  return {
    url: front.url,
    requests,
    async [Symbol.asyncDispose]() {
      await front.close()
      await storage.close()
    },
  }
}

function send(served: Served, path: string, request: IncomingMessage, response: ServerResponse, counts: Map<string, number>): void {
  const { content, ranges = true, tag = `"${content.length}"`, breakAfter, fail, stallAfter, chunked } = served
  const count = counts.get(path) ?? 0
  counts.set(path, count + 1)
  if (fail && count < fail.times) return void response.writeHead(fail.status, fail.headers).end('no')
  const [, first] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
  const guarded = request.headers['if-range'] === undefined || request.headers['if-range'] === tag
  const start = ranges && guarded && first !== undefined ? Number(first) : 0
  if (ranges && start >= content.length && first !== undefined)
    return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
  const headers: Record<string, string> = {}
  if (!chunked) headers['content-length'] = String(content.length - start)
  if (tag !== null) headers['etag'] = tag
  if (start > 0) headers['content-range'] = `bytes ${start}-${content.length - 1}/${content.length}`
  response.writeHead(start > 0 ? 206 : 200, headers)
  if (stallAfter !== undefined && count === 0) return void response.write(content.subarray(start, start + stallAfter))
  if (breakAfter && count < breakAfter.times)
    return void response.write(content.subarray(start, start + breakAfter.bytes), () => setTimeout(() => response.destroy(), 20))
  response.end(content.subarray(start))
}

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  }
}
