import { BadInput, redact, readKey } from '@whetstone/core'
import type OpenAI from 'openai'
import { boundedFetch } from './bounded-fetch.ts'

/** What an error says to check where no flag is known to have named the endpoint. */
export const anyFlag = "its address (--endpoint, or the recipe's)"

export type EndpointClient = {
  client: OpenAI
  /** Whether there is a key; it is nowhere but in the client. */
  keyed: boolean
  /** A text without the key. */
  hide(text: string): string
}

/**
 * A client of an OpenAI-compatible address. The key comes from the environment alone, so that it cannot get into a recipe; what the package
 * would take from there besides (address, organization, logging) is not taken.
 */
export async function endpointClient(options: {
  url: string
  keyVariable: string
  retries?: number
  timeout?: number
  /** Seconds without a byte of an answer under way. */
  idle?: number
}): Promise<EndpointClient> {
  const url = endpointUrl(options.url)
  // Loaded when it is used: every command imports this file, few talk to an endpoint.
  const { default: OpenAI } = await import('openai')
  const key = readKey(options.keyVariable)
  const client = new OpenAI({
    baseURL: url,
    apiKey: key ?? 'none',
    organization: null,
    project: null,
    maxRetries: options.retries ?? 0,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout * 1000 }),
    logLevel: 'off',
    fetch: boundedFetch({ idle: options.idle ?? 120 }),
  })
  return { client, keyed: key !== undefined, hide: (text) => redact(key ? text.replaceAll(key, '[secret]') : text) }
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
