/** What an endpoint did that no retry mends: said at once, with what to do. */
export class EndpointRefusal extends Error {}

export type Bounds = {
  /** Seconds without a byte of the answer, once it has begun, after which the connection counts as dead. */
  idle: number
  /** Bytes of an answer, unpacked: more is no answer but a mistake or a bomb. */
  most?: number
}

const mostByDefault = 64 * 2 ** 20
const mostRedirects = 5

/**
 * `fetch` for an endpoint that nobody here controls: a redirect stays on its host (the key goes nowhere else) and keeps its method; an
 * answer has to keep coming, to end, and to be text in the encoding that it says (UTF-8 where it says none). The body is UTF-8 afterwards.
 */
export function boundedFetch({ idle, most = mostByDefault }: Bounds): typeof fetch {
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input)
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url.href, { ...init, redirect: 'manual' })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 308 || response.status === 304 || location === null)
        return bounded(response, { idle, most })
      await response.body?.cancel()
      const next = URL.parse(location, url.href)
      if (next === null || redirects >= mostRedirects)
        throw new EndpointRefusal(`redirects ${next ? 'in a circle' : 'to no address'}: check the address`)
      if (next.origin !== url.origin)
        throw new EndpointRefusal(`redirects to ${next.origin}, where the key was not sent: give that address if it is the one you mean`)
      url = next
    }
  }
}

function bounded(response: Response, { idle, most }: Required<Bounds>): Response {
  if (!response.body) return response
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(response.headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
  const decoder = decoderOf(charset)
  const encoder = new TextEncoder()
  const reader = response.body.getReader()
  let bytes = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await soon(reader.read(), idle)
        bytes += value?.length ?? 0
        if (bytes > most) throw new Error(`the answer is larger than ${most >> 20} MiB`)
        const text = decode(decoder, value, charset)
        if (text !== '') controller.enqueue(encoder.encode(text))
        else if (!done) controller.enqueue(new Uint8Array(0))
        if (done) controller.close()
      } catch (error) {
        reader.cancel().catch(() => {})
        controller.error(error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  const headers = new Headers(response.headers)
  for (const name of ['content-encoding', 'content-length']) headers.delete(name)
  return new Response(body, { status: response.status, statusText: response.statusText, headers })
}

/** A response that fails where its body is longer: what a request for so many tokens cannot need. */
export function limitBody(response: Response, most: number): Response {
  if (!response.body) return response
  let bytes = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      bytes += piece.length
      if (bytes > most) controller.error(new Error(`the answer is larger than ${Math.ceil(most / 2 ** 20)} MiB`))
      else controller.enqueue(piece)
    },
  })
  return new Response(response.body.pipeThrough(counted), response)
}

function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch {
    throw new EndpointRefusal(`answers in an encoding that nobody knows (${charset.slice(0, 40)}): check the address`)
  }
}

function decode(decoder: ReturnType<typeof decoderOf>, bytes: Uint8Array | undefined, charset: string): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined })
  } catch {
    throw new Error(`the answer is not ${charset}, as it says`)
  }
}

async function soon<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no byte of the answer for ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
