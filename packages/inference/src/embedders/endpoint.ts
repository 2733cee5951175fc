import { BadInput, contentId, type Embedder } from '@whetstone/core'
import { defaultInstruction, instructed, unit } from './retrieval-instruction.ts'

export type EndpointEmbedder = {
  /** Base address, e.g. http://127.0.0.1:8080/v1. */
  url: string
  model: string
  /** The environment variable that holds the key; the key itself is never an option. */
  keyVariable?: string
  /** Told to the model with queries; empty for models that want none (OpenAI's do not). */
  instruction?: string
  /** Texts in one request. */
  batch?: number
  retries?: number
  /** Seconds a request may take. */
  timeout?: number
}

/** Embeddings from an OpenAI-compatible endpoint: OpenAI, vLLM, Together, or `llama-server --embedding`. What fails for a while (no connection, 408, 409, 429, 5xx) is retried with back-off, heeding Retry-After. */
export async function endpointEmbedder(options: EndpointEmbedder): Promise<Embedder> {
  const { url, model, keyVariable = 'OPENAI_API_KEY', instruction = defaultInstruction, batch = 64, retries = 5, timeout = 120 } = options
  const { default: OpenAI } = await import('openai')
  const key = process.env[keyVariable] || undefined
  const client = new OpenAI({
    baseURL: url,
    apiKey: key ?? 'none',
    organization: null,
    project: null,
    maxRetries: retries,
    timeout: timeout * 1000,
    logLevel: 'off',
  })

  async function embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (let start = 0; start < texts.length; start += batch) {
      const input = texts.slice(start, start + batch).map((text) => instructed(text, kind, instruction))
      const { data } = await client.embeddings.create({ model, input, encoding_format: 'float' }).catch((error: unknown) => {
        throw explain(error)
      })
      const rows = [...(data ?? [])].sort((a, b) => a.index - b.index).map((row) => row.embedding)
      if (
        rows.length !== input.length ||
        rows.some((row) => !Array.isArray(row) || row.length !== rows[0]?.length || row.some((value) => typeof value !== 'number'))
      )
        throw new BadInput(
          `The embedder at ${url} gave ${rows.length} embeddings for ${input.length} texts, or uneven ones: check that ${model} is an embedding model`,
        )
      for (const row of rows) vectors.push(unit(row))
    }
    return vectors
  }

  function explain(error: unknown): BadInput {
    const status = (error as { status?: number }).status
    const plain = (error as Error).message.split('\n')[0] ?? ''
    const what = key ? plain.replaceAll(key, '[key]') : plain
    if (status === 401 || status === 403)
      return new BadInput(`The embedder at ${url} refuses the API key (HTTP ${status}): set ${keyVariable} in the environment or in .env`)
    if (status !== undefined && status < 500 && status !== 408 && status !== 429)
      return new BadInput(`The embedder at ${url} refuses the request (${what}): check the model name ${model}`)
    return new BadInput(
      `The embedder at ${url} does not answer after ${retries + 1} tries (${what}): start it, then run the same command again, it resumes`,
    )
  }

  const [probe] = await embed(['probe'], 'document')
  return {
    id: `endpoint-${model}-${contentId('instruction', instruction).slice(-6)}`,
    dimensions: (probe as Float32Array).length,
    embed,
    async [Symbol.asyncDispose]() {},
  }
}
