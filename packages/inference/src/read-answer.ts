// What providers say in place of what the protocol says, where its meaning is clear.
import type { Completion } from '@whetstone/core'
import { stripReasoning } from './strip-reasoning.ts'

/** Text: a string, a number, a part that has one, or a list of such. Parts that think are no text. */
export function plainText(content: unknown): string {
  if (typeof content === 'string') return content
  if (typeof content === 'number') return String(content)
  if (Array.isArray(content)) return content.map(plainText).join('')
  if (content === null || typeof content !== 'object') return ''
  const part = content as { type?: unknown; text?: unknown; content?: unknown; value?: unknown }
  return /think|reason/.test(String(part.type)) ? '' : plainText(part.text ?? part.content ?? part.value)
}

/** More than any model reads: a provider that says so counts something else. */
const mostTokens = 1e9

/** A count of tokens: some providers send fractions, texts or nothing. */
export function tokenCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && number >= 0 && number <= mostTokens ? Math.round(number) : undefined
}

/** Names that providers give to an end before the model's own. */
const cut = /^(?:length|max_(?:output_|new_|completion_)?tokens|max_length|model_length|token_limit)$/i
const filtered =
  /^(?:content_filter(?:ed)?|safety|refusal|recitation|blocklist|prohibited_content|spii|sensitive|guardrail_intervened|image_safety)$/i
const broken = /^(?:error|malformed\w*|abort(?:ed)?|cancel(?:led|ed)?|insufficient_system_resource|engine_overloaded)$/i

type End = { reason: string; unclosed: boolean; text: string; calls: boolean; refused: boolean }

/** How an answer ended. Throws where it did not: the provider gave up on it. */
function finishOf({ reason, unclosed, text, calls, refused }: End): Completion['finish'] {
  if (broken.test(reason)) throw new Error(`the provider ended the answer with "${reason}"`)
  if (cut.test(reason) || unclosed) return 'length'
  if (filtered.test(reason)) return 'content_filter'
  if (text.trim() !== '') return 'stop'
  if (refused) return 'content_filter'
  return calls || /^(?:tool_calls?|tool_use|function_call)$/i.test(reason) ? 'tool_calls' : 'empty'
}

/**
 * Text and thoughts of an answer, and how it ended. Thoughts come beside the text or in marks within it; a letter may come in two halves, and
 * one that stays half is none. `whole` is what the provider calls the end that the model chose.
 */
export function partAnswer(said: Pick<End, 'reason' | 'calls' | 'refused'> & { text: string; thoughts: string; whole: string }) {
  const { reason, calls, refused, whole } = said
  const [text, thoughts] = [said.text.toWellFormed(), said.thoughts.toWellFormed()]
  const { unclosed, ...stripped } =
    thoughts.trim() === ''
      ? stripReasoning(text)
      : { text: text.trimStart(), reasoning: thoughts.trim(), unclosed: text.trim() === '' && reason !== whole }
  return { ...stripped, finish: finishOf({ reason, unclosed, text: stripped.text, calls, refused }) }
}
