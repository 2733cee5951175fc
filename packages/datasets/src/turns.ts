import { z } from 'zod'
import { Inexpressible, type ExportOptions, type Turn } from './export-row.ts'

/** A message as most trainers read it. `reasoning_content` is where chat templates and servers keep thinking apart. */
export const ChatMessage = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string(),
  reasoning_content: z.string().optional(),
})
export type ChatMessage = z.infer<typeof ChatMessage>
const isAnswer = (messages: ChatMessage[]) => messages.length > 0 && messages.every(({ role }) => role === 'assistant')
/** Turns that end with an assistant's. */
export const Conversation = z
  .array(ChatMessage)
  .refine((messages) => messages.at(-1)?.role === 'assistant', 'does not end with an assistant turn')
/** Turns that an answer follows. */
export const Prompt = z
  .array(ChatMessage)
  .refine((messages) => messages.length > 0 && messages.at(-1)?.role !== 'assistant', 'is empty or ends with an assistant turn')
export const Answer = z.array(ChatMessage).refine(isAnswer, 'is not an assistant turn')

const opening = '<think>\n'
const closing = '\n</think>\n\n'

/** Thinking in front of the answer, as reasoning models write it. */
export function inlineThinking({ content, reasoning }: Turn, thinking: ExportOptions['thinking']): string {
  return thinking === 'inline' && reasoning !== undefined ? `${opening}${reasoning}${closing}${content}` : content
}

/** Thinking that stands in front of an answer taken apart from it. */
export function splitThinking(content: string): { content: string; reasoning?: string } {
  const end = content.startsWith(opening) ? content.indexOf(closing) : -1
  return end < 0 ? { content } : { content: content.slice(end + closing.length), reasoning: content.slice(opening.length, end) }
}

export const toMessages = (turns: readonly Turn[], { thinking }: ExportOptions): ChatMessage[] =>
  turns.map((turn) => ({
    role: turn.role,
    content: inlineThinking(turn, thinking),
    reasoning_content: thinking === 'separate' ? turn.reasoning : undefined,
  }))

export const fromMessages = (messages: readonly ChatMessage[]): Turn[] =>
  messages.map(({ role, content, reasoning_content: reasoning }) =>
    role === 'assistant' ? { role, content, reasoning, ...(reasoning === undefined ? splitThinking(content) : {}) } : { role, content },
  )

/** A conversation of exactly one question (and perhaps a system message) and its answer, for formats without turns. */
export function singleTurn(turns: readonly Turn[], format: string): { system: string | undefined; question: string; answer: Turn } {
  const system = turns[0]?.role === 'system' ? turns[0].content : undefined
  const rest = system === undefined ? turns : turns.slice(1)
  const [question, answer] = rest
  if (rest.length !== 2 || question?.role !== 'user' || answer?.role !== 'assistant')
    throw new Inexpressible(
      `${format} holds one question and its answer, this row has ${rest.length} turns (${rest.map(({ role }) => role).join(', ')})`,
    )
  return { system, question: question.content, answer }
}

export const withSystem = (system: string | undefined, turns: readonly Turn[]): Turn[] =>
  system ? [{ role: 'system', content: system }, ...turns] : [...turns]
