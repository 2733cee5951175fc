import { type Format, plugin } from '@whetstone/core'
import { z } from 'zod'
import { renderRows } from '../render-rows.ts'

export default plugin({
  name: 'preference',
  about: 'preference rows, {prompt, chosen, rejected, weight, traces} with message lists: what llama-train dpo and TRL read',
  settings: z.strictObject({}),
  make: (): Format => ({
    name: 'preference',
    kind: 'preference',
    file: 'preference.jsonl',
    render: (rows) => renderRows(rows, ({ prompt, chosen, rejected, weight, traces }) => ({ prompt, chosen, rejected, weight, traces })),
  }),
})
