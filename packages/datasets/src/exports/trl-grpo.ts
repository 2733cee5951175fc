import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Inexpressible } from '../export-row.ts'
import { asked, fromMessages, plainPrompt, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'trl-grpo',
  about: 'prompts with gold answers for GRPO in TRL; columns beside the prompt reach the reward functions',
  source: 'TRL documentation, GRPO Trainer: prompt-only dataset, extra columns passed to reward functions',
  kind: 'prompt',
  container: 'jsonl',
  file: 'trl-grpo.jsonl',
  thinking: 'drop',
  // Columns beside the prompt are the reward functions' own: these are ours, a user's file has others.
  row: z.looseObject({
    prompt: z.union([Prompt, z.string().min(1, 'is empty')]),
    answer: z.string().optional(),
    taskset: z.string().optional(),
    index: z.number().int().nonnegative().optional(),
    split: z.string().optional(),
  }),
  toRow: ({ prompt, answer, taskset, index, split }, options) => ({
    prompt: options.text ? plainPrompt(prompt) : toMessages(prompt, options),
    ...{ answer, taskset, index, split },
  }),
  fromRow({ prompt, answer, taskset = 'tasks', index = 0, split = 'train' }) {
    if (answer === undefined) throw new Inexpressible('answer is missing: a question without its right answer is none to train on')
    return { kind: 'prompt', prompt: typeof prompt === 'string' ? asked(prompt) : fromMessages(prompt), answer, taskset, index, split }
  },
})
