import { performance } from 'node:perf_hooks'
import { deriveSeed, isFault, type Completion, type GenerateRequest } from '@whetstone/core'
import { askOnce, type ChatEndpoint } from '../chat-completions.ts'

/** A request on its way, with those who wait for it. */
export type Item = {
  request: GenerateRequest
  /** In the order of asking. */
  place: number
  tries: number
  settle: (answer: Completion | { id: string; fault: string; retries: number }) => void
}

/** One endpoint among several: how much it is given, how it does, and what it answered that is not yet believed. */
export type Lane = {
  name: string
  endpoint: ChatEndpoint
  /** Requests at once, found by additive increase and halved when there is trouble. */
  limit: number
  running: number
  since: number
  /** Nothing is sent before then, by performance.now(). */
  openAt: number
  failures: number
  /** Times in a row that it asked to be left alone for a while. */
  waits: number
  /** Times that the circuit was broken, without an answer in between. */
  trips: number
  /** Why it gets nothing any more; null while it does. */
  out: string | null
  own: Item[]
  /** Answers that wait for the next probe. */
  held: { item: Item; answer: Completion }[]
  probing: boolean
  probes: string[] | null
  model: string | null
  /** Seconds an answer takes, as last seen. */
  pace: number
  answered: number
  faults: number
  tokens: { prompt: number; completion: number }
}

export const laneOf = (name: string, endpoint: ChatEndpoint): Lane => {
  const lane: Lane = {
    name,
    endpoint,
    limit: Math.min(4, endpoint.concurrency),
    running: 0,
    since: 0,
    openAt: 0,
    failures: 0,
    waits: 0,
    trips: 0,
    out: null,
    own: [],
    held: [],
    probing: false,
    probes: null,
    model: null,
    pace: 0,
    answered: 0,
    faults: 0,
    tokens: { prompt: 0, completion: 0 },
  }
  endpoint.hear = ({ headers, model }) => {
    if (model !== undefined) lane.model = model
    const wait = headers ? exhausted(headers) : null
    if (wait !== null) lane.openAt = Math.max(lane.openAt, performance.now() + wait * 1000)
  }
  return lane
}

/** Seconds until the provider allows more, where its headers say that nothing is left. */
export function exhausted(headers: Headers): number | null {
  for (const what of ['requests', 'tokens']) {
    const left = headers.get(`x-ratelimit-remaining-${what}`) ?? headers.get(`ratelimit-remaining-${what}`)
    // Some say -1 for no limit.
    if (left === null || left.trim() === '' || Number(left) !== 0) continue
    return Math.min(60, seconds(headers.get(`x-ratelimit-reset-${what}`) ?? headers.get(`ratelimit-reset-${what}`)))
  }
  return null
}
/** `1.5`, `20ms`, `6m0s` or `1h2m3s`. */
function seconds(text: string | null): number {
  const parts = [...(text ?? '').matchAll(/([\d.]+)(ms|h|m|s|$)/g)]
  const units: Record<string, number> = { ms: 0.001, h: 3600, m: 60, s: 1, '': 1 }
  const sum = parts.reduce((total, [, value, unit]) => total + Number(value) * (units[unit ?? ''] ?? 0), 0)
  return Number.isFinite(sum) ? sum : 0
}

/** Questions with short greedy answers, which tell one model from another. */
const questions = ['Count from 1 to 12:', 'The capital of France is', 'Write a haiku about rain.']

/** What an endpoint answers to a probe; null where it does not answer. */
export async function probe(lane: Lane, which: number, signal: AbortSignal): Promise<string | null> {
  const request: GenerateRequest = {
    id: `probe-${which}`,
    messages: [{ role: 'user', content: questions[which] as string }],
    seed: deriveSeed(1, 'probe', which),
    sampling: { temperature: 0, maxTokens: 12 },
  }
  const answer = await askOnce(lane.endpoint, request, signal)
  return 'kind' in answer || isFault(answer) ? null : `${answer.reasoning ?? ''}${answer.text}`
}
export const probes = questions.length
