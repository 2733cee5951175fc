import { z } from 'zod'
import { axolotlYaml } from '../axolotl-yaml.ts'
import { defineExport } from '../define-export.ts'
import { Inexpressible, type Turn } from '../export-row.ts'
import { inlineThinking, singleTurn, splitThinking, withSystem } from '../turns.ts'

export default defineExport({
  name: 'axolotl-dpo',
  about: 'preference pairs for Axolotl (chatml.prompt_pairs): system, prompt, chosen, rejected',
  source: 'Axolotl documentation, RLHF: DPO, chatml.prompt_pairs',
  kind: 'preference',
  container: 'jsonl',
  file: 'axolotl-dpo.jsonl',
  thinking: 'inline',
  row: z.strictObject({ system: z.string().nullish(), prompt: z.string().min(1), chosen: z.string().min(1), rejected: z.string().min(1) }),
  toRow({ prompt, chosen, rejected }, { thinking }) {
    if (chosen.length !== 1 || rejected.length !== 1)
      throw new Inexpressible('Axolotl compares single answers, this pair has several turns')
    const { system, question } = singleTurn([...prompt, chosen[0] as Turn], 'chatml.prompt_pairs')
    const of = ([turn]: Turn[]) => inlineThinking(turn as Turn, thinking === 'drop' ? 'drop' : 'inline')
    return { system, prompt: question, chosen: of(chosen), rejected: of(rejected) }
  },
  fromRow: ({ system, prompt, chosen, rejected }) => ({
    kind: 'preference',
    prompt: withSystem(system, [{ role: 'user', content: prompt }]),
    chosen: [{ role: 'assistant', ...splitThinking(chosen) }],
    rejected: [{ role: 'assistant', ...splitThinking(rejected) }],
  }),
  companions: (written) => ({
    'axolotl-dpo.yaml': axolotlYaml(written, {
      entry: ['type: chatml.prompt_pairs'],
      head: ['rl: dpo', 'chat_template: chatml'],
      rate: '0.000005',
    }),
  }),
})
