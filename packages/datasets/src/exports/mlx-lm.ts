import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Conversation, fromMessages, toMessages } from '../turns.ts'

export default defineExport({
  name: 'mlx-lm',
  about: 'chat rows for mlx-lm: a folder with train.jsonl, valid.jsonl and test.jsonl',
  source: 'mlx-lm, LORA.md: Data, chat format',
  kind: 'sft',
  container: 'jsonl',
  file: 'train.jsonl',
  thinking: 'inline',
  row: z.strictObject({ messages: Conversation }),
  toRow: ({ messages }, options) => ({ messages: toMessages(messages, options) }),
  fromRow: ({ messages }) => ({ kind: 'sft', messages: fromMessages(messages) }),
  splitFiles: { train: 'train.jsonl', validation: 'valid.jsonl', test: 'test.jsonl' },
})
