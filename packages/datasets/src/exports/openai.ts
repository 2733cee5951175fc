import { z } from 'zod'
import { chatMessage, fromChat, toChat, withCallIds } from '../chat-message.ts'
import { defineExport } from '../define-export.ts'

const roles = ['system', 'developer', 'user', 'assistant', 'tool'] as const
const Message = chatMessage(roles, 'text', {
  weight: z.union([z.literal(0), z.literal(1)]).optional(),
  refusal: z.string().nullish(),
}).superRefine(({ role, content, tool_call_id: answered, tool_calls: calls }, context) => {
  const says = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
  if (content === '' && !calls?.length) says(['content'], 'is empty')
  if (role === 'tool' && !answered) says(['tool_call_id'], 'is missing: it names the call that a tool answers')
  for (const [place, { id }] of (calls ?? []).entries()) if (!id) says(['tool_calls', place, 'id'], 'is missing: a tool answers by it')
})

export default defineExport({
  name: 'openai',
  about: 'chat rows for supervised fine-tuning at OpenAI, tools included',
  source: 'OpenAI API documentation, Supervised fine-tuning: formatting your data',
  kind: 'sft',
  container: 'jsonl',
  lines: true,
  file: 'openai.jsonl',
  thinking: 'drop',
  tools: true,
  row: z.strictObject({
    messages: z
      .array(Message)
      .refine((messages) => messages.at(-1)?.role === 'assistant', 'does not end with an assistant turn')
      .refine((messages) => messages.some(({ role }) => role === 'user'), 'holds no user turn'),
    tools: z.array(z.record(z.string(), z.unknown())).optional(),
    parallel_tool_calls: z.boolean().optional(),
  }),
  toRow: ({ messages, tools }, options) => ({
    messages: toChat(withCallIds(messages), { ...options, thinking: options.thinking === 'inline' ? 'inline' : 'drop' }, 'text').map(
      ({ reasoning_content: _, name: __, ...message }) => message,
    ),
    tools: tools as Record<string, unknown>[] | undefined,
  }),
  fromRow: ({ messages, tools = [] }) => ({
    kind: 'sft',
    messages: fromChat(messages),
    ...(tools.length > 0 ? { tools } : {}),
  }),
})
