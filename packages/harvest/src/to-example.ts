import type { Example, Message, Trace } from '@whetstone/core'
import { deriveSeed, random } from '@whetstone/core'
import { rowTokens } from './row-tokens.ts'

/** Whether training rows show the memories that their traces were shown: never, always, or in half of the rows, so that strategies move into the weights and reading memories is not unlearned. */
export type MemoriesInRows = 'strip' | 'keep' | 'mix'

/**
 * The training row of a trace. `instruction` is what stays of the system message when memories are stripped (null: nothing). A trace without memories gives the same row either way.
 * With `mix` each trace is stripped or kept by a fair coin that its id seeds. `vocabulary` is that of the model to be trained: ids of another
 * one are not used, and a stripped row loses the prompt as it was rendered, never its ids.
 */
export function toExample(
  trace: Trace,
  options: {
    memories: MemoriesInRows
    instruction: (taskset: string) => string | null
    seed: number
    vocabulary: string | null
  },
): Example {
  const strip =
    trace.memories.shown.length > 0 &&
    (options.memories === 'strip' || (options.memories === 'mix' && random(deriveSeed(options.seed, 'mix', trace.id))() < 0.5))
  const messages = strip ? stripMemories(trace.messages, options.instruction(trace.taskset)) : [...trace.messages]
  return { messages, weight: 1, trace: trace.id, ...rowTokens(trace.calls, messages, options.vocabulary) }
}

function stripMemories(messages: readonly Message[], instruction: string | null): Message[] {
  const rest = messages.filter((message) => message.role !== 'system')
  return instruction === null ? rest : [{ role: 'system', content: instruction }, ...rest]
}
