import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromMessages, toMessages } from '../turns.ts'

const Message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().min(1, 'is empty'),
  weight: z.union([z.literal(0), z.literal(1)]).optional(),
})

export default defineExport({
  name: 'openai',
  about: 'chat rows for supervised fine-tuning at OpenAI',
  source: 'OpenAI API documentation, Supervised fine-tuning: formatting your data',
  kind: 'sft',
  container: 'jsonl',
  file: 'openai.jsonl',
  thinking: 'drop',
  row: z.strictObject({
    messages: z
      .array(Message)
      .refine((messages) => messages.at(-1)?.role === 'assistant', 'does not end with an assistant turn')
      .refine((messages) => messages.some(({ role }) => role === 'user'), 'holds no user turn'),
  }),
  toRow: ({ messages }, options) => ({
    messages: toMessages(messages, { ...options, thinking: options.thinking === 'inline' ? 'inline' : 'drop' }).map(
      ({ role, content }) => ({ role, content }),
    ),
  }),
  fromRow: ({ messages }) => ({ kind: 'sft', messages: fromMessages(messages.map(({ role, content }) => ({ role, content }))) }),
})
