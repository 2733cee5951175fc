import { BadInput, contentId, plugin, weightless } from '@whetstone/core'
import type { Backend, Model } from '@whetstone/core'
import { z } from 'zod'

const Settings = z.strictObject({
  model: z.string().min(1).describe('id of a model or of an inference profile, e.g. anthropic.claude-3-5-haiku-20241022-v1:0'),
  region: z.string().min(1).optional().describe('default: AWS_REGION, else us-east-1'),
  timeout: z.number().positive().default(600).describe('seconds a request may take, its answer included'),
  total: z.number().positive().default(1800).describe('seconds that a request may take with all its retries'),
  retries: z.number().int().nonnegative().default(5),
  backoff: z.number().positive().default(0.5).describe('seconds before the first retry'),
})
export type Bedrock = z.input<typeof Settings>

/** Models on AWS Bedrock. Credentials come from the environment (AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID …) or from the SDK's own files and roles; AWS_ENDPOINT_URL_BEDROCK_RUNTIME names another address. */
export default plugin({
  name: 'bedrock',
  about: 'AWS Bedrock by its Converse API: also the models that its OpenAI-compatible API does not reach',
  settings: Settings,
  make: ({ model: id, region = regionHere(), timeout, total, retries, backoff }): Backend => ({
    name: 'bedrock',
    reproducible: false,
    async open(model, { concurrency }) {
      const [{ openConverse }, { askAll, slotsOf }] = await Promise.all([import('../converse.ts'), import('../ask-all.ts')])
      const converse = openConverse({ model: id, region, timeout })
      const slots = slotsOf(concurrency)
      let closed = false
      return {
        model,
        ahead: (requests) => 1 + Math.ceil((2 * concurrency) / Math.max(1, requests)),
        generate(requests, { signal } = {}) {
          if (closed) throw new Error(`${converse.where} was closed`)
          return askAll({ concurrency, total, retries, backoff, where: converse.where, slots }, requests, converse.ask, signal)
        },
        async [Symbol.asyncDispose]() {
          closed = true
          converse.close()
        },
      }
    },
  }),
})

/** The card of a model on Bedrock. Whether it is there is seen when it is first asked: Bedrock tells nobody without rights of their own. */
export function describeBedrock({ model, region = regionHere() }: Bedrock): Model {
  if (/\s/.test(model)) throw new BadInput(`"${model}" is no model of Bedrock: give its id, e.g. meta.llama3-1-8b-instruct-v1:0`)
  return { id: contentId('model', ['bedrock', region, model]), name: model, ...weightless, metadata: { endpoint: `bedrock in ${region}` } }
}

const regionHere = () => process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1'
