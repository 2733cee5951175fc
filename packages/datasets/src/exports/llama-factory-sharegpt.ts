import { z } from 'zod'
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
  row: z.strictObject({ conversations: alternating('gpt'), system: z.string().optional() }),
  toRow: ({ messages }, options) => toAlternating(messages, options),
  fromRow: (row) => ({ kind: 'sft', messages: fromAlternating(row) }),
  companions: (written) =>
    llamaFactoryFiles(written, {
      stage: 'sft',
      entry: { formatting: 'sharegpt', columns: { messages: 'conversations', system: 'system' } },
    }),
})
