import type { Format } from '@whetstone/core'
import { renderRows } from '../render-rows.ts'

/** Chat rows, `{messages, weight, trace}`: what llama-train, TRL, OpenAI, Axolotl and mlx-lm read (they ignore the last two). */
export const messages: Format = {
  name: 'messages',
  kind: 'sft',
  file: 'sft.jsonl',
  render: (rows) => renderRows(rows, ({ messages, weight, trace }) => ({ messages, weight, trace })),
}
