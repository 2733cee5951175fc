import { BadInput } from '@whetstone/core'

/** A host of models that speaks OpenAI's protocol: where it is, which variable holds its key, whether it costs money. */
export type EndpointPreset = { url: string; keyVariable: string; paid: boolean }

/** Hosts by name; a model stands behind the colon: `groq:llama-3.3-70b-versatile`. */
export const endpointPresets: Readonly<Record<string, EndpointPreset>> = {
  openai: { url: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY', paid: true },
  fireworks: { url: 'https://api.fireworks.ai/inference/v1', keyVariable: 'FIREWORKS_API_KEY', paid: true },
  together: { url: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY', paid: true },
  openrouter: { url: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY', paid: true },
  groq: { url: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY', paid: true },
  // Its OpenAI-compatible API, with a Bedrock API key; the region comes from AWS_REGION.
  bedrock: { url: 'https://bedrock-runtime.{region}.amazonaws.com/openai/v1', keyVariable: 'AWS_BEARER_TOKEN_BEDROCK', paid: true },
  // The same hosts by their Converse API, for the models that the other does not reach; AWS's own credentials serve as well.
  'bedrock-converse': { url: 'https://bedrock-runtime.{region}.amazonaws.com', keyVariable: 'AWS_BEARER_TOKEN_BEDROCK', paid: true },
  vllm: { url: 'http://127.0.0.1:8000/v1', keyVariable: 'VLLM_API_KEY', paid: false },
  'llama-server': { url: 'http://127.0.0.1:8080/v1', keyVariable: 'LLAMA_API_KEY', paid: false },
  ollama: { url: 'http://127.0.0.1:11434/v1', keyVariable: 'OLLAMA_API_KEY', paid: false },
}

const local = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[?::1\]?$|.*\.local$)/

/**
 * Who an address names: `preset:model`, or an http address (its model is the first it lists, or stands behind a `#`). Paid hosts are only
 * called with ENABLE_API_CALLS=1, so that no test and no slip costs money; an http address counts as paid unless it is on this machine or net.
 */
export function readEndpoint(address: string, environment: Readonly<Record<string, string | undefined>> = process.env) {
  const [, name = '', model] = /^([a-z-]+):(?!\/\/)(.*)$/s.exec(address) ?? []
  const preset = endpointPresets[name]
  if (!preset && !/^https?:\/\//.test(address))
    throw new BadInput(
      `"${address}" names no endpoint: give http(s)://…, or PRESET:MODEL with one of ${Object.keys(endpointPresets).join(', ')}`,
    )
  const [url = '', behind] = preset ? [preset.url.replace('{region}', environment['AWS_REGION'] ?? 'us-east-1'), model] : address.split('#')
  if (preset?.paid && !model) throw new BadInput(`"${address}" names no model: give ${name}:MODEL`)
  const host = URL.parse(url)?.hostname ?? ''
  const paid = preset ? preset.paid : !local.test(host)
  if (paid && environment['ENABLE_API_CALLS'] !== '1')
    throw new BadInput(`${host} may cost money: set ENABLE_API_CALLS=1, in the environment or in .env, to call it`)
  return { url, model: behind || undefined, keyVariable: preset?.keyVariable, paid, converse: name === 'bedrock-converse' }
}
