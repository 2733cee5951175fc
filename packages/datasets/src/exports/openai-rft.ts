import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromMessages, toMessages } from '../turns.ts'

const Message = z.strictObject({ role: z.enum(['developer', 'user', 'assistant']), content: z.string().min(1, 'is empty') })

export default defineExport({
  name: 'openai-rft',
  about: 'items for reinforcement fine-tuning at OpenAI: messages and what the grader compares with',
  source: 'OpenAI API documentation, Reinforcement fine-tuning: prepare your dataset',
  kind: 'prompt',
  container: 'jsonl',
  lines: true,
  file: 'openai-rft.jsonl',
  thinking: 'drop',
  row: z.strictObject({
    messages: z.array(Message).refine((messages) => messages.at(-1)?.role === 'user', 'does not end with a user turn'),
    reference_answer: z.string(),
    taskset: z.string(),
    index: z.number().int().nonnegative(),
    split: z.string(),
  }),
  toRow: ({ prompt, answer, taskset, index, split }, options) => ({
    messages: toMessages(prompt, options).map(({ role, content }) => ({
      role: role === 'system' ? ('developer' as const) : role,
      content,
    })),
    reference_answer: answer,
    taskset,
    index,
    split,
  }),
  fromRow: ({ messages, reference_answer: answer, ...rest }) => ({
    kind: 'prompt',
    prompt: fromMessages(messages.map(({ role, content }) => ({ role: role === 'developer' ? 'system' : role, content }))),
    answer,
    ...rest,
  }),
})
