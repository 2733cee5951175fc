import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Answer, answered, asked, fromMessages, plainAnswer, plainPrompt, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-kto',
  about: 'answers labelled good or bad for TRL, {prompt, completion, label}, message lists or (--text) plain text',
  source: 'TRL documentation, Dataset formats: unpaired preference, conversational and standard',
  kind: 'labelled',
  container: 'jsonl',
  file: 'trl-kto.jsonl',
  thinking: 'inline',
  row: z.union([
    z.strictObject({ prompt: Prompt, completion: Answer, label: z.boolean() }),
    z.strictObject({ prompt: z.string(), completion: z.string().min(1), label: z.boolean() }),
  ]),
  toRow: ({ prompt, completion, label }, options) =>
    options.text
      ? { prompt: plainPrompt(prompt), completion: plainAnswer(completion, options), label }
      : { prompt: toMessages(prompt, options), completion: toMessages(completion, options), label },
  fromRow: ({ prompt, completion, label }) =>
    typeof prompt === 'string'
      ? { kind: 'labelled', prompt: asked(prompt), completion: answered(completion as string), label }
      : { kind: 'labelled', prompt: fromMessages(prompt), completion: fromMessages(completion as typeof prompt), label },
})
