import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Answer, answered, asked, fromMessages, plainAnswer, plainPrompt, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-prompt-completion',
  about: 'prompt and completion for TRL, as message lists or (--text) as plain text',
  source: 'TRL documentation, Dataset formats: prompt-completion, conversational and standard',
  kind: 'sft',
  container: 'jsonl',
  file: 'trl-prompt-completion.jsonl',
  thinking: 'inline',
  row: z.union([
    z.strictObject({ prompt: Prompt, completion: Answer }),
    z.strictObject({ prompt: z.string(), completion: z.string().min(1) }),
  ]),
  toRow({ messages, promptText }, options) {
    const [prompt, completion] = [messages.slice(0, -1), messages.slice(-1)]
    if (!options.text) return { prompt: toMessages(prompt, options), completion: toMessages(completion, options) }
    return { prompt: promptText ?? plainPrompt(prompt), completion: plainAnswer(completion, options) }
  },
  fromRow({ prompt, completion }) {
    if (typeof prompt === 'string') return { kind: 'sft', messages: [...asked(prompt), ...answered(completion as string)] }
    return { kind: 'sft', messages: [...fromMessages(prompt), ...fromMessages(completion as never)] }
  },
})
