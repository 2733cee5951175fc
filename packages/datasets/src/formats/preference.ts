import type { Format } from '@whetstone/core'
import { renderRows } from '../render-rows.ts'

/** Preference rows, `{prompt, chosen, rejected, weight, traces}` as message lists: what llama-train dpo and TRL's DPOTrainer read. */
export const preference: Format = {
  name: 'preference',
  kind: 'preference',
  file: 'preference.jsonl',
  render: (rows) => renderRows(rows, ({ prompt, chosen, rejected, weight, traces }) => ({ prompt, chosen, rejected, weight, traces })),
}
