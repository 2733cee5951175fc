import { isFault, type Completion, type Fault, type GenerateRequest, type LanguageModel } from './contracts.ts'

type Ask = {
  requests: readonly GenerateRequest[]
  options: { signal?: AbortSignal } | undefined
  resolve(results: (Completion | Fault)[]): void
  reject(error: unknown): void
}

/**
 * A model whose many small asks go out as few large ones: what is asked in one turn of the event loop, or while a call is under way, is one call of `generate`, in the order of asking. So whoever asks a judge
 * about many answers, each by itself, fills the backend's batch, and a reproducible backend meets the same batches again.
 */
export function askTogether(model: LanguageModel): LanguageModel {
  let waiting: Ask[] = []
  let underWay = 0
  let planned = false
  const plan = () => {
    if (planned || waiting.length === 0) return
    planned = true
    setImmediate(() => {
      planned = false
      if (waiting.length === 0 || underWay >= (model.ahead?.(count(waiting)) ?? 1)) return
      const asks = waiting
      waiting = []
      underWay++
      void send(model, asks).finally(() => {
        underWay--
        plan()
      })
    })
  }
  return {
    model: model.model,
    score: model.score?.bind(model),
    ahead: model.ahead?.bind(model),
    async *generate(requests, options) {
      const results = await new Promise<(Completion | Fault)[]>((resolve, reject) => {
        waiting.push({ requests, options, resolve, reject })
        plan()
      })
      yield* results
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

const count = (asks: readonly Ask[]) => asks.reduce((sum, { requests }) => sum + requests.length, 0)

/** Ids are whoever asks' own, and may be the same in several asks: in the common call they are numbers. */
async function send(model: LanguageModel, asks: readonly Ask[]): Promise<void> {
  const flat = asks.flatMap(({ requests }, ask) => requests.map((request) => ({ ask, request })))
  const results: (Completion | Fault)[][] = asks.map(() => [])
  try {
    const numbered = flat.map(({ request }, at) => ({ ...request, id: String(at) }))
    for await (const result of model.generate(numbered, asks[0]?.options)) {
      const { ask, request } = flat[Number(result.id)] as (typeof flat)[number]
      const own = results[ask] as (Completion | Fault)[]
      own.push(isFault(result) ? { ...result, id: request.id } : { ...result, id: request.id })
      if (own.length === asks[ask]?.requests.length) asks[ask]?.resolve(own)
    }
    for (const [ask, { resolve }] of asks.entries()) resolve(results[ask] as (Completion | Fault)[])
  } catch (error) {
    for (const { reject } of asks) reject(error)
  }
}
