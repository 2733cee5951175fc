import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromMessages, Prompt, toMessages } from '../turns.ts'

export default defineExport({
  name: 'verl',
  about: 'prompts with gold answers for verl, as Parquet',
  source: 'verl documentation, Prepare data for post-training',
  kind: 'prompt',
  container: 'parquet',
  file: 'verl.parquet',
  thinking: 'drop',
  row: z.strictObject({
    data_source: z.string().min(1),
    prompt: Prompt,
    ability: z.string(),
    reward_model: z.strictObject({ style: z.enum(['rule', 'model']), ground_truth: z.string() }),
    extra_info: z.strictObject({ split: z.string(), index: z.number().int() }),
  }),
  toRow: ({ prompt, answer, taskset, index, split }, options) => ({
    data_source: taskset,
    prompt: toMessages(prompt, options).map(({ role, content }) => ({ role, content })),
    ability: taskset,
    reward_model: { style: 'rule' as const, ground_truth: answer },
    extra_info: { split, index },
  }),
  fromRow: ({ data_source: taskset, prompt, reward_model, extra_info }) => ({
    kind: 'prompt',
    prompt: fromMessages(prompt),
    answer: reward_model.ground_truth,
    taskset,
    ...extra_info,
  }),
  schema: [
    { name: 'root', num_children: 5 },
    { name: 'data_source', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'prompt', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'role', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'content', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'ability', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'reward_model', repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'style', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'ground_truth', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'extra_info', repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'split', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'index', type: 'INT32', repetition_type: 'OPTIONAL' },
  ],
})
