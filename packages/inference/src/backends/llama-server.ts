import { paths, plugin } from '@whetstone/core'
import type { Backend, LanguageModel, Model, OpenOptions } from '@whetstone/core'
import { z } from 'zod'
import type { ChatEndpoint } from '../chat-completions.ts'
import { serveModel } from '../serve-model.ts'
import { serverArguments } from '../server-arguments.ts'

const Settings = z.strictObject({
  args: z.array(z.string()).readonly().default([]).describe('further arguments, e.g. --tensor-split, --cache-type-k'),
  binary: z.string().optional().describe('another llama-server'),
})

/**
 * llama.cpp's own HTTP server, started by us, watched and stopped with us. It serves what nothing else here does: several GPUs and every
 * option of the server, by `args` (`--tensor-split`, `--cache-type-k`, `--spec-draft-model`, …). Slots decode together, so batches are not
 * reproducible to the bit.
 */
export default plugin({
  name: 'llama-server',
  about: "llama.cpp's own HTTP server, started and watched by us: several GPUs and every option of the server; not reproducible to the bit",
  settings: Settings,
  make: (settings): Backend => ({
    name: 'llama-server',
    reproducible: false,
    tools: settings.binary === undefined ? ['llama-server'] : [],
    open: (model, options) => open(settings, model, options),
  }),
})

async function open(settings: z.output<typeof Settings>, model: Model, options: OpenOptions): Promise<LanguageModel> {
  const { concurrency, logFile, signal } = options
  const server = await serveModel({
    binary: settings.binary ?? paths.tool('llama-server'),
    args: [...serverArguments(model, options), ...settings.args],
    logFile,
    signal,
  })
  const [{ default: OpenAI }, { chatCompletions }] = await Promise.all([import('openai'), import('../chat-completions.ts')])
  let closed = false
  const endpoint: ChatEndpoint = {
    client: new OpenAI({
      baseURL: 'http://127.0.0.1/v1',
      apiKey: 'none',
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: 'off',
    }),
    model: model.name,
    dialect: 'llama-server',
    concurrency,
    timeout: 3600,
    retries: 2,
    backoff: 0.2,
    where: 'llama-server',
    async ready(retry, stop) {
      endpoint.client.baseURL = `${await server.address(retry > 0, stop)}/v1`
    },
  }
  return {
    model,
    generate(requests, { signal: stop } = {}) {
      if (closed) throw new Error(`${model.name} was closed`)
      return chatCompletions(endpoint, requests, stop)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await server[Symbol.asyncDispose]()
    },
  }
}
