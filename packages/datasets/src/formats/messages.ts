import { type Format, plugin } from '@whetstone/core'
import { z } from 'zod'
import { renderRows } from '../render-rows.ts'

export default plugin({
  name: 'messages',
  about: 'chat rows, {messages, weight, trace}: what llama-train, TRL, OpenAI, Axolotl and mlx-lm read (they ignore the last two)',
  settings: z.strictObject({}),
  make: (): Format => ({
    name: 'messages',
    kind: 'sft',
    file: 'sft.jsonl',
    render: (rows) => renderRows(rows, ({ messages, weight, trace }) => ({ messages, weight, trace })),
  }),
})
