import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Inexpressible } from '../export-row.ts'
import { fromMessages, toMessages } from '../turns.ts'

const Message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string().min(1, 'is empty') })
const Output = z
  .array(Message)
  .length(1)
  .refine(([message]) => message?.role === 'assistant', 'is not one assistant turn')

export default defineExport({
  name: 'openai-preference',
  about: 'preference pairs for direct preference optimization at OpenAI',
  source: 'OpenAI API documentation, Direct preference optimization: training data format',
  kind: 'preference',
  container: 'jsonl',
  lines: true,
  file: 'openai-preference.jsonl',
  thinking: 'drop',
  row: z.strictObject({
    input: z.strictObject({
      messages: z.array(Message).min(1),
      tools: z.array(z.unknown()).optional(),
      parallel_tool_calls: z.boolean().optional(),
    }),
    preferred_output: Output,
    non_preferred_output: Output,
  }),
  toRow({ prompt, chosen, rejected }, options) {
    if (chosen.length !== 1 || rejected.length !== 1) throw new Inexpressible('OpenAI compares single answers, this pair has several turns')
    const of = (turns: Parameters<typeof toMessages>[0]) =>
      toMessages(turns, { ...options, thinking: options.thinking === 'inline' ? 'inline' : 'drop' }).map(({ role, content }) => ({
        role,
        content,
      }))
    return {
      input: { messages: of(prompt), tools: [], parallel_tool_calls: true },
      preferred_output: of(chosen),
      non_preferred_output: of(rejected),
    }
  },
  fromRow: ({ input, preferred_output, non_preferred_output }) => ({
    kind: 'preference',
    prompt: fromMessages(input.messages),
    chosen: fromMessages(preferred_output),
    rejected: fromMessages(non_preferred_output),
  }),
})
