import type { Attempt, Completion, Fault, GenerateRequest, LanguageModel, Message, Sampling, Solution, SolveFault } from '@whetstone/core'
import { isFault } from '@whetstone/core'
import { askDirectly } from './direct.ts'

/** An attempt under way: what was said so far, and what it cost. */
export type Exchange = Omit<Solution, 'finish'> & { finish: Solution['finish'] | null }

const begin = (attempt: Attempt): Exchange => ({ attempt, messages: [], finish: null, tokens: { prompt: 0, completion: 0 }, seconds: 0 })

/**
 * A turn that is wanted for an exchange: the messages that the model sees, those that are written down once it has answered, and the seed.
 */
export type Turn = { exchange: Exchange; messages: readonly Message[]; said: readonly Message[]; seed: number }

/** The first turn of each attempt: the task as `direct` asks it. */
export const firstTurns = (attempts: readonly Attempt[]) =>
  attempts.map((attempt): Turn => ({
    exchange: begin(attempt),
    messages: askDirectly(attempt),
    said: askDirectly(attempt),
    seed: attempt.seed,
  }))

/** A turn that goes on with the conversation. */
export const nextTurn = (exchange: Exchange, content: string, seed: number): Turn => {
  const said: Message[] = [{ role: 'user', content }]
  return { exchange, messages: [...exchange.messages, ...said], said, seed }
}

/** Asks for one turn of each exchange in one batch and gives the replies out as they come; their cost is booked. */
export async function* ask(
  model: LanguageModel,
  turns: readonly Turn[],
  sampling: Sampling,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ turn: Turn; reply: Completion | Fault }> {
  const requests = turns.map(({ messages, seed }, i): GenerateRequest => ({ id: String(i), messages, seed, sampling }))
  for await (const reply of model.generate(requests, signal ? { signal } : {})) {
    const turn = turns[Number(reply.id)] as Turn
    if (!isFault(reply)) spend(turn.exchange, reply)
    yield { turn, reply }
  }
}

function spend(exchange: Exchange, { tokens, seconds }: Completion): void {
  exchange.tokens = { prompt: exchange.tokens.prompt + tokens.prompt, completion: exchange.tokens.completion + tokens.completion }
  exchange.seconds += seconds
}

/**
 * Writes the answer to a turn down; false when there is none because the prompt could not be taken. Then an answer from before stands, if
 * there is one.
 */
export function settle({ exchange, said }: Turn, answer: Completion): boolean {
  const refused = isRefused(answer)
  if (!refused || exchange.finish === null) {
    exchange.messages.push(...said, { role: 'assistant', content: answer.text })
    exchange.finish = answer.finish
  }
  return !refused
}

export const toSolution = (exchange: Exchange): Solution => ({ ...exchange, finish: exchange.finish ?? 'stop' })
export const toFault = ({ attempt }: Exchange, { fault, retries }: Fault): SolveFault => ({ attempt, fault, retries })
/** A prompt that the model cannot take at all. */
export const isRefused = ({ finish }: Completion) => finish === 'context' || finish === 'vocabulary'

/** The order of the attempts, whoever finished first: batches are then the same each time. */
export function inOrder(turns: readonly Turn[], attempts: readonly Attempt[]): Turn[] {
  const place = new Map(attempts.map((attempt, i) => [attempt, i]))
  return [...turns].sort((a, b) => (place.get(a.exchange.attempt) ?? 0) - (place.get(b.exchange.attempt) ?? 0))
}

/** Sampling of turns that are prose, whatever form the answers have: reflections, summaries. */
export const prose = ({ grammar: _grammar, stop: _stop, ...sampling }: Sampling): Sampling => sampling
