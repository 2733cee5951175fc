import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Conversation, fromMessages, toMessages } from '../turns.ts'

export default defineExport({
  name: 'parquet',
  about: 'chat rows as Parquet, a list of role and content, as the hub serves data sets',
  source: 'Hugging Face hub: chat data sets as Parquet, messages list<struct<role, content>>',
  kind: 'sft',
  container: 'parquet',
  file: 'train.parquet',
  thinking: 'inline',
  row: z.strictObject({ messages: Conversation }),
  toRow: ({ messages }, options) => ({
    messages: toMessages(messages, { ...options, thinking: options.thinking === 'drop' ? 'drop' : 'inline' }).map(({ role, content }) => ({
      role,
      content,
    })),
  }),
  fromRow: ({ messages }) => ({ kind: 'sft', messages: fromMessages(messages) }),
  schema: [
    { name: 'root', num_children: 1 },
    { name: 'messages', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'role', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'content', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  ],
})
