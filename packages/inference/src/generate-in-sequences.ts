import { canonicalJson, templateArguments } from '@whetstone/core'
import type { Completion, Fault, GenerateRequest, Sampling } from '@whetstone/core'
import { LlamaGrammar, LlamaGrammarEvaluationState } from 'node-llama-cpp'
import type { LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from 'node-llama-cpp'
import { inParallel } from './in-parallel.ts'
import type { ChatRenderer } from './start-chat-renderer.ts'
import { stripReasoning } from './strip-reasoning.ts'

export type Sequences = {
  sequences: readonly LlamaContextSequence[]
  weights: LlamaModel
  render: ChatRenderer['render']
  /** Tokens a sequence may hold. */
  context: number
  /** The token of what the vocabulary cannot spell. */
  unknown: number | undefined
}

/**
 * Answers requests in a pool of sequences that share one batch. A sequence keeps the prompt it holds and is first given the other samples
 * of it.
 */
export async function* generateInSequences(
  pool: Sequences,
  requests: readonly GenerateRequest[],
  signal?: AbortSignal,
): AsyncGenerator<Completion | Fault> {
  const groups = Map.groupBy(requests, ({ messages, sampling }) => canonicalJson([messages, templateArguments(sampling)]))
  const held: string[] = []
  const take = (slot: number) => {
    const key = groups.has(held[slot] ?? '') ? (held[slot] as string) : groups.keys().next().value
    if (key === undefined) return undefined
    const group = groups.get(key) as GenerateRequest[]
    const request = group.shift() as GenerateRequest
    if (group.length === 0) groups.delete(key)
    const again = held[slot] === key
    held[slot] = key
    return { request, again }
  }
  yield* inParallel(
    Math.min(pool.sequences.length, requests.length),
    take,
    ({ request, again }, slot, stop) => complete(pool, pool.sequences[slot] as LlamaContextSequence, request, again, stop),
    signal,
  )
}

async function complete(
  pool: Sequences,
  sequence: LlamaContextSequence,
  request: GenerateRequest,
  again: boolean,
  signal: AbortSignal,
): Promise<Completion | Fault> {
  const started = performance.now()
  const { id, sampling } = request
  const { text, opened } = await pool.render(request.messages, sampling)
  const prompt = promptTokens(pool.weights, text)
  const done = (answer: string, finish: Completion['finish'], completion: number): Completion => {
    const { unclosed, ...stripped } = stripReasoning(answer, { opened: opened && finish !== 'context' && finish !== 'vocabulary' })
    return {
      id,
      ...stripped,
      finish: unclosed && finish === 'stop' ? 'length' : finish,
      tokens: { prompt: prompt.length, completion },
      seconds: (performance.now() - started) / 1000,
    }
  }
  if (prompt.length >= Math.min(pool.context, sequence.contextSize)) return done('', 'context', 0)
  if (prompt.some((token) => token === pool.unknown)) return done('', 'vocabulary', 0)
  try {
    await loadPrompt(sequence, prompt, again)
    return await sample(pool, sequence, request, prompt, opened, signal, done)
  } catch (error) {
    signal.throwIfAborted()
    if (sequence.disposed) throw error
    return { id, fault: `node-llama-cpp: ${(error as Error).message}`, retries: 0 }
  }
}

/** As llama-server has it: special tokens are read, and there is one token of beginning where the model wants one. */
function promptTokens(weights: LlamaModel, text: string): Token[] {
  const tokens = weights.tokenize(text, true)
  const { bos, shouldPrependBosToken } = weights.tokens
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens
}

/**
 * Leaves the sequence with all of the prompt but its last token, which is then always evaluated alone: so a kept prompt and a fresh one
 * give the same bits.
 */
async function loadPrompt(sequence: LlamaContextSequence, prompt: readonly Token[], again: boolean): Promise<void> {
  const kept = prompt.length - 1
  if (again && sequence.nextTokenIndex > kept) await sequence.eraseContextTokenRanges([{ start: kept, end: sequence.nextTokenIndex }])
  const intact = again && sequence.nextTokenIndex === kept && sequence.contextTokens.every((token, i) => token === prompt[i])
  if (intact) return
  await sequence.clearHistory()
  if (kept > 0) await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(0, kept))
}

async function sample(
  pool: Sequences,
  sequence: LlamaContextSequence,
  { seed, sampling }: GenerateRequest,
  prompt: readonly Token[],
  opened: boolean,
  signal: AbortSignal,
  done: (answer: string, finish: Completion['finish'], completion: number) => Completion,
): Promise<Completion> {
  const { weights } = pool
  const tokens: Token[] = []
  const limit = Math.min(sampling.maxTokens, Math.min(pool.context, sequence.contextSize) - prompt.length)
  const stops = sampling.stop?.filter((stop) => stop !== '') ?? []
  const window = Math.max(0, ...stops.map((stop) => Buffer.byteLength(stop))) + 8
  const budget = typeof sampling.reasoning === 'object' ? sampling.reasoning.budget : Infinity
  // Where in its think block the answer is; watched only when there is a budget to hold to.
  let thinking = opened
  let thought = false
  let finish: Completion['finish'] = 'stop'
  const generation = sequence.evaluate(prompt.slice(-1), evaluateOptions(pool, sampling, seed, prompt, tokens))
  const close = weights.tokenize('</think>', true)
  let forced: Token[] | undefined
  for (;;) {
    const next = await generation.next(forced)
    forced = undefined
    if (next.done) break
    signal.throwIfAborted()
    tokens.push(next.value)
    if (stops.length > 0 || budget < Infinity) {
      const tail = weights.detokenize(tokens.slice(-window), true)
      if (stops.some((stop) => tail.includes(stop))) break
      thinking ||= tail.includes('<think>')
      thought ||= tail.includes('</think>')
      if (thinking && !thought && tokens.length >= budget && tokens.length + close.length < limit) {
        // The budget is spent: the block is closed for the model, as llama-server does, and it answers from what it has.
        forced = [next.value, ...close]
        tokens.push(...close)
        thought = true
      }
    }
    if (tokens.length >= limit) {
      finish = 'length'
      break
    }
  }
  await generation.return()
  const text = weights.detokenize(tokens, false)
  const cut = Math.min(text.length, ...stops.map((stop) => text.indexOf(stop)).filter((at) => at !== -1))
  return done(text.slice(0, cut), cut < text.length ? 'stop' : finish, tokens.length)
}

/** What is not asked for is off: no top-k, no nucleus. Penalties look at the last 64 tokens, prompt included, as llama.cpp's do. */
function evaluateOptions(
  { weights }: Sequences,
  sampling: Sampling,
  seed: number,
  prompt: readonly Token[],
  tokens: readonly Token[],
): SequenceEvaluateOptions {
  const { temperature, topK = 0, topP = 1, minP = 0, repeatPenalty = 1, presencePenalty = 0, frequencyPenalty = 0, grammar } = sampling
  const penalized = repeatPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0
  return {
    temperature,
    topK,
    topP,
    minP,
    seed,
    ...(penalized
      ? {
          repeatPenalty: {
            penalty: repeatPenalty,
            presencePenalty,
            frequencyPenalty,
            punishTokens: () => [...prompt.slice(-64), ...tokens.slice(-64)].slice(-64),
          },
        }
      : {}),
    ...(grammar
      ? {
          grammarEvaluationState: new LlamaGrammarEvaluationState({
            model: weights,
            grammar: new LlamaGrammar(weights.llama, { grammar }),
          }),
        }
      : {}),
  }
}
