import { BadInput, contentId, plugin, type Embedder, type EmbedderSource } from '@whetstone/core'
import { unit } from '@whetstone/similarity'
import { z } from 'zod'
import { endpointClient } from '../endpoint-client.ts'
import { instructed, instruction } from '../retrieval-instruction.ts'

const Settings = z.strictObject({
  url: z.string().min(1).describe('base address, e.g. http://127.0.0.1:8080/v1'),
  model: z.string().min(1),
  keyVariable: z.string().default('OPENAI_API_KEY').describe('the environment variable that holds the key'),
  instruction,
  batch: z.number().int().positive().default(64).describe('texts in one request'),
  retries: z.number().int().nonnegative().default(5),
  timeout: z.number().positive().default(120).describe('seconds a request may take'),
})

/** What fails for a while (no connection, 408, 409, 429, 5xx) is retried with back-off, heeding Retry-After. */
export default plugin({
  name: 'endpoint',
  about: 'embeddings from an OpenAI-compatible endpoint: OpenAI, vLLM, Together, or llama-server --embedding',
  settings: Settings,
  make: (settings): EmbedderSource => ({ name: `endpoint ${settings.model}`, open: () => open(settings) }),
})

async function open({ url, model, keyVariable, instruction, batch, retries, timeout }: z.output<typeof Settings>): Promise<Embedder> {
  const { client, hide } = await endpointClient({ url, keyVariable, retries, timeout })

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
    const what = hide((error as Error).message.split('\n')[0] ?? '')
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
