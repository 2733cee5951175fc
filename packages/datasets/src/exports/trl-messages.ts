import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromChat, fromTools, toChat, ToolConversation, Tools } from '../chat-message.ts'

export default defineExport({
  name: 'trl-messages',
  about: 'chat rows for TRL, {messages}',
  source: 'TRL documentation, Dataset formats: language modeling, conversational',
  kind: 'sft',
  container: 'jsonl',
  file: 'trl-messages.jsonl',
  thinking: 'inline',
  tools: true,
  row: z.strictObject({ messages: ToolConversation, tools: Tools }),
  toRow: ({ messages, tools }, options) => ({
    messages: toChat(messages, options, 'object'),
    tools: tools as Record<string, unknown>[] | undefined,
  }),
  fromRow: ({ messages, tools }) => ({ kind: 'sft', messages: fromChat(messages), ...fromTools(tools) }),
})
