import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Answer, fromMessages, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-kto',
  about: 'answers labelled good or bad for TRL, {prompt, completion, label}',
  source: 'TRL documentation, Dataset formats: unpaired preference, conversational',
  kind: 'labelled',
  container: 'jsonl',
  file: 'trl-kto.jsonl',
  thinking: 'inline',
  row: z.strictObject({ prompt: Prompt, completion: Answer, label: z.boolean() }),
  toRow: ({ prompt, completion, label }, options) => ({
    prompt: toMessages(prompt, options),
    completion: toMessages(completion, options),
    label,
  }),
  fromRow: ({ prompt, completion, label }) => ({
    kind: 'labelled',
    prompt: fromMessages(prompt),
    completion: fromMessages(completion),
    label,
  }),
})
