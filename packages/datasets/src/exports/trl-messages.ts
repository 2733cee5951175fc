import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Conversation, fromMessages, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-messages',
  about: 'chat rows for TRL, {messages}',
  source: 'TRL documentation, Dataset formats: language modeling, conversational',
  kind: 'sft',
  container: 'jsonl',
  file: 'trl-messages.jsonl',
  thinking: 'inline',
  row: z.strictObject({ messages: Conversation }),
  toRow: ({ messages }, options) => ({ messages: toMessages(messages, options) }),
  fromRow: ({ messages }) => ({ kind: 'sft', messages: fromMessages(messages) }),
})
