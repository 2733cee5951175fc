import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BadInput, type Completion, type Fault, type GenerateRequest } from '@whetstone/core'
import { askOnce } from '../chat-completions.ts'
import { probe, probes, type Item, type Lane } from './endpoint-lane.ts'
import { openPins } from './pins.ts'

export type Spread = AsyncDisposable & {
  answer(requests: readonly GenerateRequest[], signal?: AbortSignal): AsyncGenerator<Completion | Fault>
}
export type SpreadOptions = {
  spreadFile?: string | undefined
  retries: number
  /** Seconds for which a circuit stays broken the first time; doubles with each. */
  cooldown: number
  /** Answers that wait for one probe. */
  trust: number
  /** What a million tokens cost, by lane. */
  prices?: Readonly<Record<string, { prompt: number; completion: number }>>
  say: (text: string) => void
}

/** Failures in a row that break the circuit, and breaks in a row after which a lane is given up. */
const mostFailures = 5
const mostTrips = 4
const patience = 600
/** Waits in a row, as long as they were asked for, after which a lane that only ever asks to wait fails. */
const mostWaits = 60

/**
 * One queue of requests for several endpoints: whoever has a place free takes the oldest that is his, or the oldest that is nobody's, and with it all that is ever asked for its task. Answers are
 * believed when a later probe at temperature 0 was answered as at the beginning: an endpoint that answers as another model is put out, and what it answered since its last good probe is asked again
 * elsewhere. Nothing is lost while one endpoint is left.
 */
export async function spreadRequests(lanes: Lane[], options: SpreadOptions): Promise<Spread> {
  const { say, retries, cooldown, trust, spreadFile } = options
  const pins = openPins(spreadFile)
  const stop = new AbortController()
  const shared: Item[] = []
  const pending = new Set<{ fail: (error: unknown) => void }>()
  let place = 0
  let timer: NodeJS.Timeout | null = null
  let handedOver = false

  const taskOf = ({ request }: Item) => request.task ?? request.id
  const usable = () => lanes.filter(({ out }) => out === null)
  const failAll = (error: unknown) => {
    for (const { fail } of pending) fail(error)
  }

  await Promise.all(
    lanes.map(async (lane) => {
      const answers = await Promise.all(Array.from({ length: probes }, (_, which) => probe(lane, which, stop.signal).catch(() => null)))
      if (answers.every((answer) => answer !== null)) lane.probes = answers
    }),
  )
  // Three endpoints or more that are to serve one model: one that agrees with none of the others in anything serves another.
  const told = lanes.filter(({ probes: said }) => said !== null)
  const counts = Map.groupBy(told, ({ probes: said }) => JSON.stringify(said))
  const most = [...counts.values()].sort((a, b) => b.length - a.length)[0] ?? []
  if (most.length > told.length / 2 && told.length >= 3)
    for (const lane of told)
      if (lane.probes?.every((answer, i) => answer !== most[0]?.probes?.[i]))
        putOut(lane, `answers probe prompts at temperature 0 unlike the ${most.length} others: it serves another model`)

  function enqueue(item: Item, first = false): void {
    const pinned = pins.laneOf(taskOf(item))
    const lane = lanes.find(({ name, out }) => name === pinned && out === null)
    const queue = lane ? lane.own : shared
    // In the order of asking: what comes back is older than what waits.
    if (first) queue.splice(queue.findIndex(({ place: at }) => at > item.place) >>> 0, 0, item)
    else queue.push(item)
  }

  function putOut(lane: Lane, reason: string): void {
    if (lane.out !== null) return
    lane.out = reason
    pins.release(lane.name)
    const back = [...lane.own.splice(0), ...lane.held.splice(0).map(({ item }) => item)]
    say(`Endpoint ${lane.name} is put out: it ${reason}. ${back.length} of its requests go to others`)
    for (const item of back) enqueue({ ...item, tries: 0 }, true)
    if (usable().length === 0)
      failAll(
        new BadInput(
          `No endpoint is left: ${lanes.map(({ name, out }) => `${name} ${out}`).join('; ')}: mend one and run the same command again, it resumes`,
        ),
      )
  }

  /** What is nobody's yet is not for a lane with which it would take longer than all of it will with the others. */
  function tooSlow(lane: Lane): boolean {
    const others = usable().filter((other) => other !== lane && other.openAt <= performance.now() && other.pace > 0)
    const rate = others.reduce((sum, other) => sum + other.limit / other.pace, 0)
    return rate > 0 && lane.pace > 2 * Math.min(...others.map(({ pace }) => pace)) && shared.length / rate < lane.pace
  }

  function next(lane: Lane): Item | undefined {
    for (;;) {
      const [mine, common] = [lane.own[0], shared[0]]
      const own = mine !== undefined && (common === undefined || mine.place < common.place)
      if (!own && (common === undefined || tooSlow(lane))) return undefined
      const item = (own ? lane.own : shared).shift() as Item
      const pinned = lanes.find(({ name, out }) => name === pins.laneOf(taskOf(item)) && out === null)
      if (!pinned || pinned === lane) {
        pins.pin(taskOf(item), lane.name)
        return item
      }
      pinned.own.push(item)
      handedOver = true
    }
  }

  function pump(): void {
    if (stop.signal.aborted) return
    const now = performance.now()
    let wake = Infinity
    // The least busy first.
    for (const lane of usable().sort((a, b) => a.running / a.limit - b.running / b.limit)) {
      if (lane.openAt > now) {
        if (lane.own.length > 0 || shared.length > 0 || lane.held.length > 0) wake = Math.min(wake, lane.openAt - now)
        continue
      }
      const limit = lane.trips > 0 ? 1 : lane.limit
      while (lane.running < limit) {
        const item = next(lane)
        if (!item) break
        void run(lane, item)
      }
      const drained = shared.length === 0 && lane.own.length === 0
      if (lane.held.length >= trust || (lane.held.length > 0 && (drained || lane.running === 0))) void check(lane)
    }
    if (timer) clearTimeout(timer)
    timer = wake < Infinity ? setTimeout(pump, Math.max(5, wake)) : null
    // Whom something was handed over to may have been asked before.
    if (!handedOver) return
    handedOver = false
    pump()
  }

  async function run(lane: Lane, item: Item): Promise<void> {
    lane.running++
    pins.begin(taskOf(item))
    try {
      const found = await askOnce(lane.endpoint, item.request, stop.signal)
      if (!('kind' in found)) await succeed(lane, item, found)
      else if (found.kind === 'fault') {
        pins.end(taskOf(item), true)
        lane.faults++
        item.settle({ id: item.request.id, fault: `${lane.name}: ${found.message}`, retries: item.tries })
      } else if (found.kind === 'refused') {
        pins.end(taskOf(item), false)
        putOut(lane, `refuses to answer (${found.message}): check key, model name and account`)
        enqueue(item, true)
      } else {
        pins.end(taskOf(item), false)
        stumble(lane, item, found)
      }
    } catch (error) {
      if (stop.signal.aborted) return
      if (error instanceof BadInput) {
        pins.end(taskOf(item), false)
        putOut(lane, error.message.replace(`${lane.endpoint.where} `, ''))
        enqueue(item, true)
      } else failAll(error)
    } finally {
      lane.running--
      pump()
    }
  }

  async function succeed(lane: Lane, item: Item, answer: Completion): Promise<void> {
    pins.end(taskOf(item), lane.out === null)
    if (lane.out !== null) return enqueue({ ...item, tries: 0 }, true)
    lane.pace = lane.pace === 0 ? answer.seconds : 0.8 * lane.pace + 0.2 * answer.seconds
    lane.failures = lane.trips = lane.waits = 0
    if (++lane.since >= lane.limit) {
      lane.limit = Math.min(lane.endpoint.concurrency, lane.limit + 1)
      lane.since = 0
    }
    lane.answered++
    lane.tokens.prompt += answer.tokens.prompt
    lane.tokens.completion += answer.tokens.completion
    lane.held.push({ item, answer: { ...answer, where: lane.name } })
  }

  /** It may go better later, here. */
  function stumble(lane: Lane, item: Item, { message, wait }: { message: string; wait?: number | undefined }): void {
    const now = performance.now()
    if (lane.openAt <= now) lane.limit = Math.max(1, Math.floor(lane.limit / 2))
    lane.since = 0
    if (wait !== undefined && wait <= patience && ++lane.waits <= mostWaits) lane.openAt = Math.max(lane.openAt, now + wait * 1000)
    else {
      item.tries++
      if (++lane.failures >= mostFailures || lane.trips > 0) {
        lane.openAt = now + cooldown * 2 ** lane.trips * 1000
        lane.failures = 0
        if (++lane.trips > mostTrips) putOut(lane, `fails again and again (${message})`)
      }
    }
    if (item.tries > retries && usable().length <= 1)
      item.settle({ id: item.request.id, fault: `${lane.name}: ${message}`, retries: item.tries })
    else enqueue(item, true)
  }

  /** Asks a probe, and believes what was answered before it. */
  async function check(lane: Lane): Promise<void> {
    if (lane.probing) return
    lane.probing = true
    const known = lane.probes
    const believed = lane.held.length
    try {
      const first = known ? lane.answered % probes : 0
      const answer = known ? await probe(lane, first, stop.signal) : ''
      if (lane.out !== null) return
      if (answer === null) return stumbleProbe(lane)
      if (known && answer !== known[first]) {
        const others = await Promise.all(Array.from({ length: probes }, (_, which) => probe(lane, which, stop.signal)))
        const changed = others.filter((other, i) => other !== null && other !== known[i]).length
        // Batching moves a greedy answer now and then; another model moves them all.
        if (changed > probes / 2)
          return putOut(lane, `answers ${changed} of ${probes} probe prompts at temperature 0 as another model than at the beginning`)
      }
      for (const { item, answer: held } of lane.held.splice(0, believed)) item.settle(held)
    } catch (error) {
      if (stop.signal.aborted) return
      putOut(lane, `does not answer probes (${(error as Error).message})`)
    } finally {
      lane.probing = false
      pump()
    }
  }

  function stumbleProbe(lane: Lane): void {
    lane.openAt = Math.max(lane.openAt, performance.now() + cooldown * 2 ** lane.trips * 1000)
    if (++lane.trips > mostTrips) putOut(lane, 'does not answer probes any more')
  }

  return {
    async *answer(requests, signal) {
      signal?.throwIfAborted()
      if (requests.length === 0) return
      if (usable().length === 0) throw new BadInput(`No endpoint is left: ${lanes.map(({ name, out }) => `${name} ${out}`).join('; ')}`)
      const ready: (Completion | Fault)[] = []
      let failed: { error: unknown } | null = null
      let wake = Promise.withResolvers<void>()
      const waiter = {
        fail: (error: unknown) => {
          failed = { error }
          wake.resolve()
        },
      }
      const abort = () => waiter.fail(signal?.reason)
      signal?.addEventListener('abort', abort, { once: true })
      pending.add(waiter)
      const mine = new Set<number>()
      for (const request of requests) {
        const at = place++
        mine.add(at)
        enqueue({
          request,
          place: at,
          tries: 0,
          settle: (answer) => {
            mine.delete(at)
            ready.push(answer)
            wake.resolve()
          },
        })
      }
      pump()
      try {
        while (mine.size > 0 || ready.length > 0) {
          if (ready.length === 0) await wake.promise
          wake = Promise.withResolvers<void>()
          if (failed) throw (failed as { error: unknown }).error
          yield* ready.splice(0)
        }
      } finally {
        signal?.removeEventListener('abort', abort)
        pending.delete(waiter)
        // Nobody waits for these any more.
        for (const queue of [shared, ...lanes.map(({ own }) => own)])
          for (let i = queue.length - 1; i >= 0; i--) if (mine.has((queue[i] as Item).place)) queue.splice(i, 1)
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      if (timer) clearTimeout(timer)
      pins.save()
      if (spreadFile === undefined) return
      const rows = lanes.map(({ name, answered, faults, tokens, out, limit }) => {
        const price = options.prices?.[name]
        const cost = price ? (tokens.prompt * price.prompt + tokens.completion * price.completion) / 1e6 : null
        return { endpoint: name, answered, faults, tokens, cost, limit, out, at: new Date().toISOString() }
      })
      mkdirSync(dirname(spreadFile), { recursive: true })
      appendFileSync(join(dirname(spreadFile), 'endpoints.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    },
  }
}
