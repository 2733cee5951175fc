import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromChat, fromTools, toChat, ToolConversation, Tools } from '../chat-message.ts'

export default defineExport({
  name: 'mlx-lm',
  about: 'chat rows for mlx-lm: a folder with train.jsonl, valid.jsonl and test.jsonl',
  source: 'mlx-lm, LORA.md: Data, chat format',
  kind: 'sft',
  container: 'jsonl',
  lines: true,
  file: 'train.jsonl',
  thinking: 'inline',
  tools: true,
  row: z.strictObject({ messages: ToolConversation, tools: Tools }),
  toRow: ({ messages, tools }, options) => ({
    messages: toChat(messages, options, 'text'),
    tools: tools as Record<string, unknown>[] | undefined,
  }),
  fromRow: ({ messages, tools }) => ({ kind: 'sft', messages: fromChat(messages), ...fromTools(tools) }),
  splitFiles: { train: 'train.jsonl', validation: 'valid.jsonl', test: 'test.jsonl' },
})
