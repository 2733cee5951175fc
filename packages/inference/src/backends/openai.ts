import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, contentId, plugin, weightless } from '@whetstone/core'
import type { Backend, Model, OpenOptions } from '@whetstone/core'
import { z } from 'zod'
import type { Dialect } from '../chat-body.ts'
import { anyFlag, endpointClient, type EndpointClient } from '../endpoint-client.ts'

export const Settings = z.strictObject({
  url: z.string().min(1).describe('http://host:port or https://host/v1'),
  model: z.string().min(1).optional().describe("the model's name over there (default: the first that the endpoint lists)"),
  keyVariable: z
    .string()
    .default('OPENAI_API_KEY')
    .describe('the environment variable that holds the key; the key itself is never a setting, so that it cannot get into a recipe'),
  timeout: z.number().positive().default(600).describe('seconds a request may take, its answer included'),
  idle: z.number().positive().default(120).describe('seconds without a byte of an answer that has begun'),
  total: z.number().positive().default(1800).describe('seconds that a request may take with all its retries'),
  retries: z.number().int().nonnegative().default(5),
  backoff: z.number().positive().default(0.5).describe('seconds before the first retry'),
})
export type Endpoint = z.input<typeof Settings>

/** Models whose weights are elsewhere. */
export default plugin({
  name: 'openai',
  about: "any endpoint that speaks OpenAI's protocol: llama-server, vLLM, Together, Fireworks, OpenAI itself",
  settings: Settings,
  make: (endpoint): Backend => ({
    name: 'openai',
    reproducible: false,
    async open(model, options) {
      const { client, hide, listed, dialect } = await connect(endpoint, options)
      const [{ chatCompletions }, { slotsOf }] = await Promise.all([import('../chat-completions.ts'), import('../ask-all.ts')])
      let closed = false
      const slots = slotsOf(options.concurrency)
      return {
        model,
        // One queue of requests, whatever chunk they belong to.
        ahead: (requests) => 1 + Math.ceil((2 * options.concurrency) / Math.max(1, requests)),
        generate(requests, { signal } = {}) {
          if (closed) throw new Error(`${endpoint.url} was closed`)
          const { timeout, total, retries, backoff } = endpoint
          return chatCompletions(
            {
              client,
              dialect,
              model: endpoint.model ?? listed.id,
              concurrency: options.concurrency,
              where: client.baseURL,
              flag: options.flag,
              timeout,
              total,
              retries,
              backoff,
              hide,
              slots,
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
  }),
})

/** The card of a model whose weights are elsewhere: known by the endpoint's address and by what the endpoint says of it. */
export async function describeEndpoint(endpoint: Endpoint, given: Given = {}): Promise<Model> {
  const { client, listed } = await connect(Settings.parse(endpoint), given)
  const name = endpoint.model ?? listed.id
  const served = (listed as { meta?: { n_params?: number; size?: number } | null }).meta ?? null
  return {
    id: contentId('model', [client.baseURL, name, served?.n_params ?? null, served?.size ?? null]),
    name,
    ...weightless,
    parameters: served?.n_params ?? null,
    metadata: { endpoint: client.baseURL },
  }
}

type Given = Pick<OpenOptions, 'signal' | 'flag'>
export type Connected = EndpointClient & { listed: { id: string; owned_by?: string }; dialect: Dialect }

/** Asks for the list of models: so an endpoint that is not there, or a key that is not right, is found before any work begins. */
export async function connect(endpoint: z.output<typeof Settings>, { signal, flag = anyFlag }: Given = {}): Promise<Connected> {
  const { keyVariable: variable } = endpoint
  const [opened, { providerError }] = await Promise.all([
    endpointClient({ url: endpoint.url, keyVariable: variable, idle: endpoint.idle }),
    import('../provider-error.ts'),
  ])
  const { client, keyed, hide } = opened
  const fail = (what: string, mend: string) => new BadInput(`${client.baseURL} ${hide(what)}: ${mend}`)
  const until = performance.now() + 60_000
  for (;;) {
    try {
      const list = await client.models.list({ timeout: 10_000, signal })
      const listed = list.data.find(({ id }) => id === endpoint.model) ?? list.data[0]
      if (listed === undefined && endpoint.model === undefined)
        throw fail('lists no model', 'check the address (it often ends in /v1), or name the model')
      return connected(opened, listed ?? { id: endpoint.model as string })
    } catch (error) {
      if (error instanceof BadInput) throw error
      signal?.throwIfAborted()
      const status = (error as { status?: number }).status
      const { kind, message } = providerError(error)
      if (kind === 'refused' && status === undefined) throw new BadInput(`${client.baseURL} ${hide(message)}`)
      if (status === 401 || status === 403)
        throw keyed
          ? fail(`refuses the API key in ${variable} (${message})`, 'check it in the environment or in .env')
          : fail(`wants an API key (HTTP ${status})`, `put it into ${variable}, in the environment or in .env`)
      // Some providers do not list their models.
      if ((status === 404 || status === 405) && endpoint.model !== undefined) return connected(opened, { id: endpoint.model })
      if (status === 404 || status === 405) throw fail(`has no list of models (HTTP ${status})`, 'check the address (it often ends in /v1)')
      // llama-server says 503 while it loads its model.
      if (status === 503 && performance.now() < until) await sleep(500, undefined, signal ? { signal } : {})
      else throw fail(`does not answer (${message})`, `start the server, or check ${flag}`)
    }
  }
}

function connected(opened: EndpointClient, listed: Connected['listed']): Connected {
  const host = new URL(opened.client.baseURL).hostname
  return { ...opened, listed, dialect: listed.owned_by === 'llamacpp' ? 'llama-server' : host === 'api.openai.com' ? 'openai' : 'other' }
}
