import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, deriveSeed, random } from '@whetstone/core'
import type { Completion, Fault, GenerateRequest } from '@whetstone/core'
import { inParallel } from './in-parallel.ts'
import type { ProviderError } from './provider-error.ts'

/** How a provider is asked: how many at once, how long, how often again. */
export type Asking = {
  concurrency: number
  /** Seconds a request may take with all its retries. */
  total?: number
  retries: number
  /** Seconds before the first retry; doubles with each, up to a minute. */
  backoff: number
  /** Awaited before each request; throws when none can ever be sent. */
  ready?: (retry: number, signal: AbortSignal) => Promise<void>
  /** Where it is, for messages. */
  where: string
  /** Held by each request while it is under way, where several lists are answered at once. */
  slots?: Slots
}

/** What came of asking once. */
export type Asked = Completion | (ProviderError & { kind: 'retry' | 'fault' | 'refused' })

/** So many at once, whoever asks. */
export type Slots = { take(): Promise<() => void> }
export function slotsOf(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  const give = () => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return give
    },
  }
}

/** The longest that we wait because a provider says so; one that asks for more has failed. */
const patience = 600

/** Asks a provider each request until it is answered or given up, some at once; its request to wait holds for all of them. */
export async function* askAll(
  asking: Asking,
  requests: readonly GenerateRequest[],
  ask: (request: GenerateRequest, signal: AbortSignal) => Promise<Asked>,
  signal?: AbortSignal,
): AsyncGenerator<Completion | Fault> {
  const queue = [...requests]
  const gate: Gate = { openAt: 0 }
  yield* inParallel(
    Math.min(asking.concurrency, requests.length),
    () => queue.shift(),
    async (request, _slot, stop) => {
      const give = await asking.slots?.take()
      try {
        return await answer(asking, request, ask, gate, stop)
      } finally {
        give?.()
      }
    },
    signal,
  )
}

/** When requests may be sent again, by performance.now(). */
type Gate = { openAt: number }

async function answer(
  asking: Asking,
  request: GenerateRequest,
  ask: (request: GenerateRequest, signal: AbortSignal) => Promise<Asked>,
  gate: Gate,
  signal: AbortSignal,
): Promise<Completion | Fault> {
  const began = performance.now()
  const jitter = random(deriveSeed(request.seed, request.id))
  for (let retries = 0; ; retries++) {
    for (let left = gate.openAt - performance.now(); left > 0; left = gate.openAt - performance.now())
      await sleep(left, undefined, { signal })
    await asking.ready?.(retries, signal)
    const found = await ask(request, signal)
    if (!('kind' in found)) return found.finish === 'context' ? found : { ...found, retries }
    if (found.kind === 'refused')
      throw new BadInput(
        'status' in found
          ? `${asking.where} refuses to answer (${found.message}): check key, model name and account`
          : `${asking.where} ${found.message}`,
      )
    const wait = found.wait ?? Math.min(60, asking.backoff * 2 ** retries) * (0.75 + jitter() / 2)
    const spent = (performance.now() - began) / 1000 + wait > (asking.total ?? Infinity)
    if (found.kind === 'fault' || retries >= asking.retries || wait > patience || spent)
      return { id: request.id, fault: found.message, retries }
    if (found.wait === undefined) await sleep(wait * 1000, undefined, { signal })
    else gate.openAt = Math.max(gate.openAt, performance.now() + wait * 1000)
  }
}
