import { BadInput, isFault } from '@whetstone/core'
import type { LanguageModel, OpenOptions, Spent, Teacher } from '@whetstone/core'
import { readEndpoint } from './endpoint-presets.ts'
import bedrock, { describeBedrock } from './backends/bedrock.ts'
import openai, { describeEndpoint } from './backends/openai.ts'

export type Spending = {
  /** Most tokens, prompt and completion, and most money, of a run; what an earlier sitting spent is given as `spent`. */
  tokens?: number | undefined
  money?: number | undefined
  /** Price of a million tokens, prompt and completion, in the currency of `money`. */
  price?: { prompt: number; completion: number } | undefined
}
export type EndpointTeacher = Teacher & { readonly spent: Spent }

/**
 * A teacher at an endpoint (see readEndpoint for addresses) with a cap on what it may cost. The cap is looked at before each batch: a batch that
 * is under way is paid for. `booked` hears of what has been spent after each. A run that reached it stops with a sentence, and goes on where it was once the cap is raised.
 */
export function endpointTeacher(
  address: string,
  options: OpenOptions,
  { tokens = Infinity, money = Infinity, price }: Spending = {},
  spent: Spent = { prompt: 0, completion: 0, money: 0 },
  booked: (spent: Spent) => void = () => {},
): EndpointTeacher {
  const { paid: _, converse, ...endpoint } = readEndpoint(address)
  if (money < Infinity && !price)
    throw new BadInput(`A cap in money needs prices for ${address}: give --teacher-price=PROMPT/COMPLETION, a million tokens each`)
  const check = () => {
    const used = spent.prompt + spent.completion
    if (used >= tokens)
      throw new BadInput(`${address} has used its ${tokens} tokens (${used}): raise --teacher-tokens and run the same command again`)
    if (spent.money >= money)
      throw new BadInput(
        `${address} has cost its ${money} (${spent.money.toFixed(4)}): raise --teacher-money and run the same command again`,
      )
  }
  return {
    name: endpoint.model ?? address,
    spent,
    async open() {
      check()
      const inner = converse
        ? await bedrock({ model: endpoint.model as string }).open(describeBedrock({ model: endpoint.model as string }), options)
        : await openai(endpoint).open(await describeEndpoint(endpoint, options), options)
      const model: LanguageModel = {
        model: inner.model,
        async *generate(requests, how) {
          check()
          // Written down also where the batch is broken off: what was answered was paid for.
          using _ = { [Symbol.dispose]: () => booked(spent) }
          for await (const reply of inner.generate(requests, how)) {
            if (!isFault(reply)) {
              spent.prompt += reply.tokens.prompt
              spent.completion += reply.tokens.completion
              spent.money += (reply.tokens.prompt * (price?.prompt ?? 0) + reply.tokens.completion * (price?.completion ?? 0)) / 1e6
            }
            yield reply
          }
        },
        [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
      }
      return model
    },
  }
}
