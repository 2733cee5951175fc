import { BadInput, plugin } from '@whetstone/core'
import type { Backend } from '@whetstone/core'
import { z } from 'zod'
import { Settings as Endpoint, connect } from './openai.ts'

const Settings = z.strictObject({
  endpoints: z
    .array(
      Endpoint.pick({ url: true, model: true, keyVariable: true, timeout: true }).extend({
        price: z
          .strictObject({ prompt: z.number().nonnegative(), completion: z.number().nonnegative() })
          .optional()
          .describe('what a million tokens cost'),
      }),
    )
    .min(1)
    .readonly()
    .describe('addresses that serve one model'),
  retries: z.number().int().nonnegative().default(5),
  cooldown: z.number().positive().default(2).describe('seconds that an endpoint which fails is left alone; doubles with each time'),
  trust: z.number().int().positive().default(32).describe('answers that wait for one probe prompt: what an endpoint that turns bad costs'),
})

/** One model behind several addresses. */
export default plugin({
  name: 'endpoints',
  about:
    'several endpoints that serve one model, as one: the work is spread by how fast each is, what turns bad is put out, all arms of a task go to one of them',
  settings: Settings,
  make: (settings): Backend => ({
    name: 'endpoints',
    reproducible: false,
    async open(model, options) {
      const { endpoints, retries, cooldown, trust } = settings
      const [{ laneOf }, { spreadRequests }] = await Promise.all([
        import('../lanes/endpoint-lane.ts'),
        import('../lanes/spread-requests.ts'),
      ])
      const opened = await Promise.allSettled(
        endpoints.map(async ({ price, ...endpoint }) => {
          const { client, hide, listed, dialect } = await connect(Endpoint.parse(endpoint), options)
          const { host, pathname } = new URL(client.baseURL)
          const name = `${host}${pathname.replace(/\/v1$/, '')}`
          const chat = {
            client,
            hide,
            dialect,
            model: endpoint.model ?? listed.id,
            concurrency: options.concurrency,
            where: client.baseURL,
            flag: options.flag,
            timeout: endpoint.timeout,
            retries,
            backoff: cooldown,
          }
          return { lane: laneOf(name, chat), price }
        }),
      )
      const say = (text: string) => void process.stderr.write(`${text}\n`)
      const there = opened.flatMap((found) => (found.status === 'fulfilled' ? [found.value] : []))
      const gone = opened.flatMap((found) => (found.status === 'rejected' ? [found.reason as Error] : []))
      for (const error of gone) if (!(error instanceof BadInput)) throw error
      if (there.length === 0) throw gone[0] as Error
      for (const error of gone) say(`${error.message}; going on with the other ${there.length}`)
      const prices = Object.fromEntries(there.flatMap(({ lane, price }) => (price ? [[lane.name, price]] : [])))
      const lanes = there.map(({ lane }) => lane)
      const spread = await spreadRequests(lanes, { spreadFile: options.spreadFile, retries, cooldown, trust, prices, say })
      let closed = false
      return {
        model,
        ahead: (requests) => 1 + Math.ceil((2 * options.concurrency * lanes.length) / Math.max(1, requests)),
        generate(requests, { signal } = {}) {
          if (closed) throw new Error('the endpoints were closed')
          return spread.answer(requests, signal)
        },
        async [Symbol.asyncDispose]() {
          if (closed) return
          closed = true
          await spread[Symbol.asyncDispose]()
        },
      }
    },
  }),
})
