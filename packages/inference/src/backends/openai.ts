import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, contentId } from '@whetstone/core'
import type { Backend, Model } from '@whetstone/core'
import type OpenAI from 'openai'
import type { Dialect } from './chat-body.ts'

export type Endpoint = {
  /** `http://host:port` or `https://host/v1`. */
  url: string
  /** The model's name over there; the first that the endpoint lists when absent. */
  model?: string
  /** The environment variable that holds the key. The key itself is never an option, so that it cannot get into a recipe. */
  keyVariable?: string
  /** Seconds a request may take. */
  timeout?: number
  retries?: number
  /** Seconds before the first retry. */
  backoff?: number
}

/** Any endpoint that speaks OpenAI's protocol: llama-server, vLLM, Together, Fireworks, OpenAI itself. */
export function openai(endpoint: Endpoint): Backend {
  return {
    name: 'openai',
    reproducible: false,
    async open(model, options) {
      const { client, key, listed, dialect } = await connect(endpoint, options.signal)
      const { chatCompletions } = await import('./chat-completions.ts')
      let closed = false
      return {
        model,
        generate(requests, { signal } = {}) {
          if (closed) throw new Error(`${endpoint.url} was closed`)
          return chatCompletions(
            {
              client,
              dialect,
              model: endpoint.model ?? listed.id,
              concurrency: options.concurrency,
              where: client.baseURL,
              timeout: endpoint.timeout ?? 600,
              retries: endpoint.retries ?? 5,
              backoff: endpoint.backoff ?? 0.5,
              ...(key ? { secret: key } : {}),
            },
            requests,
            signal,
          )
        },
        async [Symbol.asyncDispose]() {
          closed = true
        },
      }
    },
  }
}

/** An endpoint does not say when its weights were made, and equal models have equal cards. */
const unknownTime = '1970-01-01T00:00:00.000Z'

/** The card of a model whose weights are elsewhere: known by the endpoint's address and by what the endpoint says of it. */
export async function describeEndpoint(endpoint: Endpoint): Promise<Model> {
  const { client, listed } = await connect(endpoint)
  const name = endpoint.model ?? listed.id
  const served = (listed as { meta?: { n_params?: number; size?: number } | null }).meta ?? null
  return {
    id: contentId('model', [client.baseURL, name, served?.n_params ?? null, served?.size ?? null]),
    name,
    path: null,
    adapter: null,
    parent: null,
    dataset: null,
    trainer: null,
    quantization: null,
    architecture: null,
    parameters: served?.n_params ?? null,
    vocabulary: null,
    createdAt: unknownTime,
    metadata: { endpoint: client.baseURL },
  }
}

type Connected = { client: OpenAI; key: string | undefined; listed: { id: string; owned_by?: string }; dialect: Dialect }

/** Asks for the list of models: so an endpoint that is not there, or a key that is not right, is found before any work begins. */
async function connect(endpoint: Endpoint, signal?: AbortSignal): Promise<Connected> {
  const url = endpointUrl(endpoint.url)
  // Loaded when it is used: every command imports this file, few talk to an endpoint.
  const [{ default: OpenAI }, { providerError }] = await Promise.all([import('openai'), import('./provider-error.ts')])
  const variable = endpoint.keyVariable ?? 'OPENAI_API_KEY'
  const key = process.env[variable] || undefined
  // The package would take address, organization and logging from the environment: ours are the only source.
  const client = new OpenAI({ baseURL: url, apiKey: key ?? 'none', organization: null, project: null, maxRetries: 0, logLevel: 'off' })
  const fail = (what: string, mend: string) => new BadInput(`${url} ${key ? what.replaceAll(key, '[key]') : what}: ${mend}`)
  const until = performance.now() + 60_000
  for (;;) {
    try {
      const list = await client.models.list({ timeout: 10_000, ...(signal ? { signal } : {}) })
      const listed = list.data.find(({ id }) => id === endpoint.model) ?? list.data[0]
      if (listed === undefined && endpoint.model === undefined)
        throw fail('lists no model', 'check the address (it often ends in /v1), or name the model')
      return connected(client, key, listed ?? { id: endpoint.model as string })
    } catch (error) {
      if (error instanceof BadInput) throw error
      signal?.throwIfAborted()
      const status = (error as { status?: number }).status
      const { message } = providerError(error)
      if (status === 401 || status === 403)
        throw key
          ? fail(`refuses the API key in ${variable} (${message})`, 'check it in the environment or in .env')
          : fail(`wants an API key (HTTP ${status})`, `put it into ${variable}, in the environment or in .env`)
      // Some providers do not list their models.
      if ((status === 404 || status === 405) && endpoint.model !== undefined) return connected(client, key, { id: endpoint.model })
      if (status === 404 || status === 405) throw fail(`has no list of models (HTTP ${status})`, 'check the address (it often ends in /v1)')
      // llama-server says 503 while it loads its model.
      if (status === 503 && performance.now() < until) await sleep(500, undefined, signal ? { signal } : {})
      else throw fail(`does not answer (${message})`, 'start the server, or check --endpoint')
    }
  }
}

function connected(client: OpenAI, key: string | undefined, listed: Connected['listed']): Connected {
  const host = new URL(client.baseURL).hostname
  return { client, key, listed, dialect: listed.owned_by === 'llamacpp' ? 'llama-server' : host === 'api.openai.com' ? 'openai' : 'other' }
}

/** The base address: http or https, without a trailing slash, with /v1 where only a host is given. */
function endpointUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new BadInput(`--endpoint=${text} is not an http address: give e.g. http://127.0.0.1:8080/v1`)
  if (url.username || url.password)
    throw new BadInput(
      `The address of the endpoint ${url.host} holds a password: put the key into OPENAI_API_KEY, in the environment or in .env`,
    )
  return url.origin + (url.pathname === '/' ? '/v1' : url.pathname.replace(/\/+$/, ''))
}
