import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { llamaFactoryFiles } from '../llama-factory.ts'
import { alternating, fromAlternating, toAlternating } from '../share-turn.ts'

export default defineExport({
  name: 'llama-factory-kto',
  about: 'answers labelled good or bad for LLaMA-Factory with dataset_info.json and a ready YAML',
  source: 'LLaMA-Factory, data/README.md: sharegpt format, KTO dataset',
  kind: 'labelled',
  container: 'json',
  file: 'llama-factory-kto.json',
  thinking: 'inline',
  row: z.strictObject({ conversations: alternating('gpt'), system: z.string().nullish(), kto_tag: z.boolean() }),
  toRow: ({ prompt, completion, label }, options) => ({ ...toAlternating([...prompt, ...completion], options), kto_tag: label }),
  fromRow({ kto_tag: label, ...row }) {
    const turns = fromAlternating(row)
    return { kind: 'labelled', prompt: turns.slice(0, -1), completion: turns.slice(-1), label }
  },
  companions: (written) =>
    llamaFactoryFiles(written, {
      stage: 'kto',
      more: 'pref_beta: 0.1',
      entry: { formatting: 'sharegpt', columns: { messages: 'conversations', system: 'system', kto_tag: 'kto_tag' } },
    }),
})
