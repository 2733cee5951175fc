import { z } from 'zod'
import { Inexpressible, type ExportOptions, type Turn } from './export-row.ts'
import { inlineThinking, splitThinking } from './turns.ts'

/** How a format writes down the arguments of a call: as JSON text (OpenAI), as an object (TRL), or, where its readers take both, either. */
type Arguments = 'text' | 'object' | 'either'

const argumentsOf = {
  text: z.string(),
  object: z.record(z.string(), z.unknown()),
  either: z.union([z.string(), z.record(z.string(), z.unknown())]),
} as const
/** Content in parts, as models that see images read it. */
const Part = z.looseObject({ type: z.string() })

type Shape = {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  content?: string | { type: string }[] | null | undefined
  reasoning_content?: string | null | undefined
  tool_calls?: { id?: string | undefined; function: { name: string; arguments: string | Record<string, unknown> } }[] | null | undefined
  tool_call_id?: string | null | undefined
  name?: string | null | undefined
}

/** A message that may call tools, be what one gave, or hold parts. Members that are null are absent: tables write them so. */
export const chatMessage = <const R extends readonly string[], E extends z.ZodRawShape>(roles: R, how: Arguments, extra: E) =>
  z
    .strictObject({
      role: z.enum(roles),
      content: z.union([z.string(), z.array(Part).min(1), z.null()]).optional(),
      tool_calls: z
        .array(
          z.strictObject({
            id: z.string().optional(),
            type: z.literal('function').optional(),
            function: z.strictObject({ name: z.string().min(1, 'is empty'), arguments: argumentsOf[how] }),
          }),
        )
        .nullish(),
      tool_call_id: z.string().nullish(),
      name: z.string().nullish(),
      ...extra,
    })
    .superRefine((message, context) => {
      const { role, content, tool_calls: calls } = message as Shape
      const says = (path: string, text: string) => context.addIssue({ code: 'custom', path: [path], message: text })
      if (calls?.length && role !== 'assistant') says('tool_calls', `stands in a ${role} turn: only the assistant calls tools`)
      if ((content === undefined || content === null) && !(role === 'assistant' && calls?.length)) says('content', 'is not a string')
    })

export const chatRoles = ['system', 'user', 'assistant', 'tool'] as const
const ToolMessage = chatMessage(chatRoles, 'either', { reasoning_content: z.string().nullish() })
/** Turns that end with an assistant's, tools among them where the row has them. */
export const ToolConversation = z
  .array(ToolMessage)
  .refine((messages) => messages.at(-1)?.role === 'assistant', 'does not end with an assistant turn')
/** The functions that a row offers, as JSON schemas, or that list as JSON text. */
export const Tools = z.union([z.array(z.record(z.string(), z.unknown())), z.string().refine(isList, 'is no JSON list')]).nullish()

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text))
  } catch {
    return false
  }
}

export const fromTools = (tools: z.output<typeof Tools>): { tools?: unknown[] } => {
  const list = typeof tools === 'string' ? (JSON.parse(tools) as unknown[]) : (tools ?? [])
  return list.length > 0 ? { tools: list } : {}
}

/** Turns of messages. Parts are text put together; a part that is none (an image) cannot be had here and is named. */
export const fromChat = (messages: readonly Shape[]): Turn[] =>
  messages.map((message, place): Turn => {
    const { role: said, tool_calls: calls, tool_call_id: callId, name } = message
    const role = said === 'developer' ? 'system' : said
    const content = textOf(message.content, place)
    const reasoning = message.reasoning_content ?? undefined
    if (role === 'tool') return { role, content, callId: callId ?? undefined, name: name ?? undefined }
    if (role !== 'assistant') return { role, content }
    const thought = reasoning === undefined ? splitThinking(content) : { content, reasoning }
    if (!calls?.length) return { role, ...thought }
    return {
      role,
      ...thought,
      calls: calls.map(({ id, function: { name: called, arguments: given } }) => ({
        ...{ id, name: called },
        arguments: typeof given === 'string' ? given : JSON.stringify(given),
      })),
    }
  })

function textOf(content: Shape['content'], place: number): string {
  if (!Array.isArray(content)) return content ?? ''
  return content
    .map((part) => {
      const { type, text } = part as { type: string; text?: unknown }
      if (type === 'text' && typeof text === 'string') return text
      throw new Inexpressible(`message ${place + 1} holds ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}: only text can be taken over`)
    })
    .join('')
}

/** Messages of turns, calls with arguments as the format writes them. */
export const toChat = (turns: readonly Turn[], { thinking }: ExportOptions, how: 'text' | 'object') =>
  turns.map((turn) => ({
    role: turn.role,
    content: turn.calls?.length && turn.content === '' && turn.reasoning === undefined ? undefined : inlineThinking(turn, thinking),
    reasoning_content: thinking === 'separate' ? turn.reasoning : undefined,
    tool_calls: turn.calls?.length
      ? turn.calls.map(({ id, name, arguments: text }) => ({
          ...{ id, type: 'function' as const },
          function: { name, arguments: how === 'text' ? text : argumentsObject(name, text) },
        }))
      : undefined,
    tool_call_id: turn.callId,
    name: turn.name,
  }))

function argumentsObject(name: string, text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // named below
  }
  throw new Inexpressible(`the arguments of a call of ${name} are no JSON object: ${text.slice(0, 80)}`)
}

/** Calls and what tools gave tied by ids, where whoever wrote the row had none: a tool's turn answers the first call that is open. */
export function withCallIds(turns: readonly Turn[]): Turn[] {
  let count = 0
  let open: { id: string; name: string }[] = []
  return turns.map((turn) => {
    if (turn.calls?.length) {
      const calls = turn.calls.map((call) => ({ ...call, id: call.id ?? `call_${++count}` }))
      open = calls.map(({ id, name }) => ({ id, name }))
      return { ...turn, calls }
    }
    if (turn.role !== 'tool') return turn
    const at = Math.max(
      0,
      open.findIndex(({ id, name }) => (turn.callId === undefined ? turn.name === undefined || turn.name === name : id === turn.callId)),
    )
    const [answered] = open.splice(at, 1)
    const callId = turn.callId ?? answered?.id
    if (callId === undefined) throw new Inexpressible('a tool gives something that no call asked for')
    return { ...turn, callId, name: turn.name ?? answered?.name }
  })
}
