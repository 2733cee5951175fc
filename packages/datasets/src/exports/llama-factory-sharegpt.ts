import { z } from 'zod'
import { fromTools, Tools } from '../chat-message.ts'
import { defineExport } from '../define-export.ts'
import { llamaFactoryFiles } from '../llama-factory.ts'
import { alternating, fromAlternating, toAlternating } from '../share-turn.ts'

export default defineExport({
  name: 'llama-factory-sharegpt',
  about: 'conversations for LLaMA-Factory with dataset_info.json and a ready YAML',
  source: 'LLaMA-Factory, data/README.md: sharegpt format, supervised fine-tuning',
  kind: 'sft',
  container: 'json',
  file: 'llama-factory-sharegpt.json',
  thinking: 'inline',
  tools: true,
  row: z.strictObject({
    conversations: alternating('gpt'),
    system: z.string().nullish(),
    tools: z.union([z.literal(''), Tools]),
  }),
  toRow: ({ messages, tools }, options) => ({ ...toAlternating(messages, options), tools: tools?.length ? JSON.stringify(tools) : '' }),
  fromRow: ({ tools, ...row }) => ({ kind: 'sft', messages: fromAlternating(row), ...fromTools(tools || null) }),
  companions: (written) =>
    llamaFactoryFiles(written, {
      stage: 'sft',
      entry: { formatting: 'sharegpt', columns: { messages: 'conversations', system: 'system', tools: 'tools' } },
    }),
})
