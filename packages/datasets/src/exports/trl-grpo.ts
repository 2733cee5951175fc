import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromMessages, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-grpo',
  about: 'prompts with gold answers for GRPO in TRL; columns beside the prompt reach the reward functions',
  source: 'TRL documentation, GRPO Trainer: prompt-only dataset, extra columns passed to reward functions',
  kind: 'prompt',
  container: 'jsonl',
  file: 'trl-grpo.jsonl',
  thinking: 'drop',
  row: z.strictObject({
    prompt: Prompt,
    answer: z.string(),
    taskset: z.string(),
    index: z.number().int().nonnegative(),
    split: z.string(),
  }),
  toRow: ({ prompt, answer, taskset, index, split }, options) => ({ prompt: toMessages(prompt, options), answer, taskset, index, split }),
  fromRow: ({ prompt, ...rest }) => ({ kind: 'prompt', prompt: fromMessages(prompt), ...rest }),
})
