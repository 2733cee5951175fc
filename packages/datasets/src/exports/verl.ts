import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { fromMessages, Prompt, toMessages } from '../turns.ts'

/** verl finds its reward function by data_source: these task sets it knows under other names, others need custom_reward_function. */
const sources: Record<string, string> = { gsm8k: 'openai/gsm8k', math: 'lighteval/MATH' }

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
    reward_model: z.looseObject({ style: z.enum(['rule', 'model']), ground_truth: z.string() }),
    // What else a row says of itself is its writer's business (verl's own gsm8k keeps question and answer here).
    extra_info: z.looseObject({ split: z.string().optional(), index: z.number().int().optional() }).optional(),
  }),
  toRow: ({ prompt, answer, taskset, index, split }, options) => ({
    data_source: sources[taskset] ?? taskset,
    prompt: toMessages(prompt, options).map(({ role, content }) => ({ role, content })),
    ability: taskset,
    reward_model: { style: 'rule' as const, ground_truth: answer },
    extra_info: { split, index },
  }),
  fromRow: ({ data_source, prompt, reward_model, extra_info: { split = 'train', index = 0 } = {} }) => ({
    kind: 'prompt',
    prompt: fromMessages(prompt),
    answer: reward_model.ground_truth,
    taskset: Object.keys(sources).find((name) => sources[name] === data_source) ?? data_source,
    ...{ split, index },
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
