import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Inexpressible } from '../export-row.ts'
import { Answer, fromMessages, inlineThinking, Prompt, splitThinking, toMessages } from '../turns.ts'

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
    const only = prompt.length === 1 && prompt[0]?.role === 'user' ? prompt[0].content : undefined
    const text = promptText ?? only
    if (text === undefined)
      throw new Inexpressible(
        'as plain text a prompt of several turns needs the chat template of its model, and this row does not keep what was rendered',
      )
    return {
      prompt: text,
      completion: completion.map((turn) => inlineThinking(turn, options.thinking === 'drop' ? 'drop' : 'inline')).join(''),
    }
  },
  fromRow({ prompt, completion }) {
    if (typeof prompt === 'string')
      return {
        kind: 'sft',
        messages: [
          { role: 'user', content: prompt },
          { role: 'assistant', ...splitThinking(completion as string) },
        ],
      }
    return { kind: 'sft', messages: [...fromMessages(prompt), ...fromMessages(completion as never)] }
  },
})
