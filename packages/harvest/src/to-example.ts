import type { Example, Message, Trace } from '@whetstone/core'
import { deriveSeed, random } from '@whetstone/core'
import { rowTokens } from './row-tokens.ts'

/** Whether training rows show the memories that their traces were shown: never, always, or in half of the rows, so that strategies move into the weights and reading memories is not unlearned. A number is the share of rows that do not. */
export type MemoriesInRows = 'strip' | 'keep' | 'mix' | number
const stripped = { strip: 1, keep: 0, mix: 0.5 }

/**
 * The training row of a trace. `instruction` is what stays of the system message when memories are stripped (null: nothing). A trace without memories gives the same row either way.
 * Otherwise each trace is stripped or kept by a coin that its id seeds. `vocabulary` is that of the model to be trained: ids of another
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
  const share = typeof options.memories === 'number' ? options.memories : stripped[options.memories]
  const strip = trace.memories.shown.length > 0 && random(deriveSeed(options.seed, 'mix', trace.id))() < share
  const messages = strip ? stripMemories(trace.messages, options.instruction(trace.taskset)) : [...trace.messages]
  const remembered = strip ? rowTokens(trace.calls, trace.messages, options.vocabulary).promptText : null
  return { messages, weight: 1, trace: trace.id, ...rowTokens(trace.calls, messages, options.vocabulary), remembered }
}

function stripMemories(messages: readonly Message[], instruction: string | null): Message[] {
  const rest = messages.filter((message) => message.role !== 'system')
  return instruction === null ? rest : [{ role: 'system', content: instruction }, ...rest]
}
