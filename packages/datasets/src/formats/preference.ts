import type { Format } from '@whetstone/core'
import { renderRows } from '../render-rows.ts'

/** Preference rows, `{prompt, chosen, rejected}` as message lists: what llama-train dpo and TRL's DPOTrainer read. */
export const preference: Format = {
  name: 'preference',
  kind: 'preference',
  file: 'preference.jsonl',
  render: ({ pairs }) => renderRows(pairs),
}
