import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, dataRoot, hashFile, useOf } from '@whetstone/core'
import type { Backend, Completion, Fault, GenerateRequest, LanguageModel, Model, OpenOptions, Score } from '@whetstone/core'
import { toolStamp } from '@whetstone/native'
import { openStore } from '@whetstone/store'
import { storeBlob } from '@whetstone/store/fetch-blob.ts'
import { openPins } from '../lanes/pins.ts'
import { connectRedis, queueAddress } from './connect-redis.ts'
import { DeadJobError, openPost, RecalledError, type Post } from './post.ts'
import { lasts, names, offerKey, protocol, type Offer } from './protocol.ts'
import type { QueueSettings } from './queue-settings.ts'
import { queueSecret } from './seal.ts'
import { watchCrew, type Crew } from './watch-crew.ts'

/** Where workers on this machine find weights when no store is named. */
export const defaultStore = (): string => join(dataRoot, 'checkpoints/.artifacts')

/** Jobs under way a worker. Traces are written in order: with fewer, one slow job holds many workers back (tools:bench --queue). */
const perWorker = 8
/** Seconds of work in a job, where lists may be cut anywhere. */
const jobSeconds = 20

/**
 * A backend whose work is done by workers elsewhere. What travels is lists of requests; the weights lie in the artifact store. Where the backend is reproducible, a call of `generate` is one job (one
 * batch, as it would be here), but for tasks that belong to another class of machine; else lists are cut into jobs of about twenty seconds.
 */
export function queued(backend: Backend, settings: QueueSettings): Backend {
  return {
    name: backend.name,
    reproducible: backend.reproducible,
    open: (model, options) => (model.path === null ? backend.open(model, options) : open(backend, settings, model, options)),
  }
}

async function open(backend: Backend, settings: QueueSettings, model: Model, options: OpenOptions): Promise<LanguageModel> {
  const secret = queueSecret()
  const address = queueAddress(settings.url)
  const use = useOf(backend)
  if (!use) throw new BadInput(`Backend ${backend.name} cannot work over a queue: it is no plug-in that a worker could open`)
  await using stack = new AsyncDisposableStack()
  const redis = await connectRedis(address)
  stack.defer(() => redis.disconnect())
  const offer: Offer = {
    protocol,
    tools: toolStamp(),
    model: {
      id: model.id,
      name: model.name,
      vocabulary: model.vocabulary,
      parameters: model.parameters,
      weights: await blobOf(model.path as string),
      adapter: model.adapter === null ? null : await blobOf(model.adapter),
      adapterScale: model.adapterScale,
    },
    backend: { name: use.plugin.name, settings: use.settings },
    open: {
      concurrency: options.concurrency,
      context: options.context,
      gpu: options.gpu,
      gpuLayers: options.gpuLayers,
      logprobs: options.logprobs,
      date: options.date,
    },
  }
  const key = offerKey(JSON.parse(JSON.stringify(offer)) as Offer)
  {
    await using store = await openStore(settings.store ?? defaultStore())
    await storeBlob(store, model.path as string, offer.model.weights.sha256, offer.model.weights.bytes, options.signal)
    if (model.adapter && offer.model.adapter)
      await storeBlob(store, model.adapter, offer.model.adapter.sha256, offer.model.adapter.bytes, options.signal)
  }
  const said = new Set<string>()
  const say = (text: string) => {
    if (!said.has(text)) process.stderr.write(`${text}\n`)
    said.add(text)
  }
  const expected = { protocol, tools: offer.tools, weights: offer.model.weights.sha256, adapter: offer.model.adapter?.sha256 ?? null }
  const post: Post = stack.use(await openPost({ redis, address, secret, key, expected, say, complain: (text) => crew.complain(text) }))
  const crew: Crew = stack.use(watchCrew({ redis, secret, key, offer, where: address.where, url: settings.url, settings, post, say }))
  const pins = openPins(options.spreadFile)
  stack.defer(() => pins.save())
  const inner = stack.move()
  let closed = false

  /** A lane for a task: where it was before, else the one with the least to do a worker. */
  const choose = (task: string): string => {
    const pinned = pins.laneOf(task)
    if (pinned !== null && crew.lanes().has(pinned)) return pinned
    const [first] = [...crew.lanes()].sort(
      ([a, m], [b, n]) =>
        (post.outstanding(a) + (given.get(a) ?? 0)) / m - (post.outstanding(b) + (given.get(b) ?? 0)) / n || (a < b ? -1 : 1),
    )
    const lane = first?.[0] as string
    pins.pin(task, lane)
    return lane
  }
  const given = new Map<string, number>()
  let pace = 0 // seconds a request, as last seen

  const pieces = (requests: readonly GenerateRequest[]): { lane: string; requests: GenerateRequest[] }[] => {
    given.clear()
    const byLane = Map.groupBy(requests, (request) => {
      const lane = choose(request.task ?? request.id)
      given.set(lane, (given.get(lane) ?? 0) + 1)
      return lane
    })
    const size = backend.reproducible ? Infinity : Math.max(options.concurrency, pace > 0 ? Math.floor(jobSeconds / pace) : 0)
    return [...byLane].flatMap(([lane, all]) =>
      Array.from({ length: Math.ceil(all.length / Math.min(size, all.length)) }, (_, i) => ({
        lane,
        requests: all.slice(i * size || 0, (i + 1) * size),
      })),
    )
  }

  async function work(lane: string, requests: GenerateRequest[], signal?: AbortSignal): Promise<(Completion | Fault)[]> {
    const rows = requests.map(({ id, messages, seed, sampling }) => ({ id, messages: [...messages], seed, sampling }))
    try {
      const { answers = [], class: where, seconds } = await post.send(lane, { kind: 'generate', offer: key, requests: rows }, signal)
      pace = seconds / Math.max(1, answers.length)
      for (const request of requests) {
        const task = request.task ?? request.id
        pins.begin(task)
        pins.end(task, true)
      }
      return answers.map((answer) => ('fault' in answer ? answer : { ...answer, where }))
    } catch (error) {
      if (error instanceof RecalledError) {
        await crew.someone(signal)
        return (await Promise.all(pieces(requests).map((piece) => work(piece.lane, piece.requests, signal)))).flat()
      }
      if (!(error instanceof DeadJobError)) throw error
      return requests.map(({ id }) => ({ id, fault: `the queue's workers failed: ${error.message}`, retries: 0 }))
    }
  }

  return {
    model,
    ahead: (requests) =>
      Math.max(
        2,
        perWorker * crew.workers(),
        backend.reproducible ? 0 : Math.ceil((perWorker * crew.workers() * options.concurrency) / requests),
      ),
    async *generate(requests, { signal } = {}) {
      if (closed) throw new Error(`${model.name} was closed`)
      signal?.throwIfAborted()
      if (requests.length === 0) return
      await crew.someone(signal)
      const running = new Map(
        pieces(requests).map((piece, i) => [i, work(piece.lane, piece.requests, signal).then((answers) => ({ i, answers }))]),
      )
      for (const one of running.values()) one.catch(() => {}) // heard of in its turn
      while (running.size > 0) {
        const { i, answers } = await Promise.race(running.values())
        running.delete(i)
        yield* answers
        signal?.throwIfAborted()
      }
    },
    score: backend.tools?.includes('llama-score')
      ? async (requests, { signal } = {}) => {
          if (requests.length === 0) return []
          await crew.someone(signal)
          const rows = requests.map(({ id, messages, reasoning, templateArguments }) => ({
            id,
            messages: [...messages],
            reasoning,
            templateArguments,
          }))
          const lane = choose('scores')
          const { scores = [] } = await post.send(lane, { kind: 'score', offer: key, requests: rows }, signal)
          return scores as Score[]
        }
      : undefined,
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      if (redis.status === 'ready')
        await redis
          // Another run may offer the same: it says so again every two seconds.
          .pexpire(names.offer(key), lasts.farewell)
          .catch(() => null)
      await inner[Symbol.asyncDispose]()
    },
  }
}

/** SHA-256 and size of a file; gigabytes are hashed once a process. */
const hashed = new Map<string, Promise<string>>()
async function blobOf(path: string) {
  if (!existsSync(path)) throw new BadInput(`${path} not found: the weights were moved`)
  const { size: bytes, mtimeMs } = statSync(path)
  const known = `${path} ${bytes} ${mtimeMs}`
  const sha256 = hashed.get(known) ?? hashFile(path)
  hashed.set(known, sha256)
  return { sha256: await sha256, bytes }
}
