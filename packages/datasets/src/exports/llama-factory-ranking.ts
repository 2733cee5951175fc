import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Inexpressible, type Turn } from '../export-row.ts'
import { llamaFactoryFiles } from '../llama-factory.ts'
import { alternating, fromAlternating, fromShareTurn, ShareTurn, toAlternating, toShareTurn } from '../share-turn.ts'

const Reply = ShareTurn.refine(({ from }) => from === 'gpt', 'is not a gpt turn')

export default defineExport({
  name: 'llama-factory-ranking',
  about: 'preference pairs for LLaMA-Factory (dpo, orpo, simpo) with dataset_info.json and a ready YAML',
  source: 'LLaMA-Factory, data/README.md: sharegpt format, preference dataset ("ranking": true)',
  kind: 'preference',
  container: 'json',
  file: 'llama-factory-ranking.json',
  thinking: 'inline',
  row: z.strictObject({ conversations: alternating('human'), system: z.string().nullish(), chosen: Reply, rejected: Reply }),
  toRow({ prompt, chosen, rejected }, options) {
    if (chosen.length !== 1 || rejected.length !== 1)
      throw new Inexpressible('LLaMA-Factory compares single answers, this pair has several turns')
    return {
      ...toAlternating(prompt, options),
      chosen: toShareTurn(chosen[0] as Turn, options),
      rejected: toShareTurn(rejected[0] as Turn, options),
    }
  },
  fromRow: ({ chosen, rejected, ...prompt }) => ({
    kind: 'preference',
    prompt: fromAlternating(prompt),
    chosen: [fromShareTurn(chosen)],
    rejected: [fromShareTurn(rejected)],
  }),
  companions: (written) =>
    llamaFactoryFiles(written, {
      stage: 'dpo',
      more: 'pref_beta: 0.1\npref_loss: sigmoid',
      entry: {
        ranking: true,
        formatting: 'sharegpt',
        columns: { messages: 'conversations', system: 'system', chosen: 'chosen', rejected: 'rejected' },
      },
    }),
})
