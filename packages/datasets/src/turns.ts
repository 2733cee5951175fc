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

/** Thinking that stands in front of an answer taken apart from it, whatever white space models and their templates put around its tags. */
export function splitThinking(content: string): { content: string; reasoning?: string } {
  const [whole = '', reasoning] = /^\s*<think>\n?([\s\S]*?)\n?<\/think>\n{0,2}/.exec(content) ?? []
  return reasoning === undefined ? { content } : { content: content.slice(whole.length), reasoning }
}

export const toMessages = (turns: readonly Turn[], { thinking }: ExportOptions): ChatMessage[] =>
  turns.map((turn) => ({
    // Tools were refused before (see ExportFormat.tools).
    role: turn.role as ChatMessage['role'],
    content: inlineThinking(turn, thinking),
    reasoning_content: thinking === 'separate' ? turn.reasoning : undefined,
  }))

export const fromMessages = (messages: readonly ChatMessage[]): Turn[] =>
  messages.map(({ role, content, reasoning_content: reasoning }) =>
    role === 'assistant' ? { role, content, reasoning, ...(reasoning === undefined ? splitThinking(content) : {}) } : { role, content },
  )

/** Turns as one plain text: a single question's. */
export function plainPrompt(turns: readonly Turn[]): string {
  const [question] = turns
  if (turns.length !== 1 || question?.role !== 'user')
    throw new Inexpressible(
      'as plain text a prompt of several turns needs the chat template of its model, and this row does not keep what was rendered',
    )
  return question.content
}
/** And back: a question, and an answer with what was thought before it. */
export const asked = (content: string): Turn[] => [{ role: 'user', content }]
export const answered = (text: string): Turn[] => [{ role: 'assistant', ...splitThinking(text) }]
/** Answers as one text. */
export const plainAnswer = (turns: readonly Turn[], { thinking }: ExportOptions): string =>
  turns.map((turn) => inlineThinking(turn, thinking === 'drop' ? 'drop' : 'inline')).join('')

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

export const withSystem = (system: string | null | undefined, turns: readonly Turn[]): Turn[] =>
  system ? [{ role: 'system', content: system }, ...turns] : [...turns]
