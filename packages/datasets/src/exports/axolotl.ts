import { z } from 'zod'
import { defineExport } from '../define-export.ts'
import { Conversation, fromMessages, toMessages } from '../turns.ts'

export default defineExport({
  name: 'axolotl',
  about: 'chat rows for Axolotl (type chat_template) with a ready YAML',
  source: 'Axolotl documentation, Dataset formats: conversation, chat_template',
  kind: 'sft',
  container: 'jsonl',
  file: 'axolotl.jsonl',
  thinking: 'inline',
  row: z.strictObject({ messages: Conversation }),
  toRow: ({ messages }, options) => ({ messages: toMessages(messages, options) }),
  fromRow: ({ messages }) => ({ kind: 'sft', messages: fromMessages(messages) }),
  companions: ({ file }) => ({
    'axolotl.yaml': [
      '# axolotl train axolotl.yaml; name the model first.',
      'base_model: MODEL',
      'datasets:',
      `  - path: ${file}`,
      '    ds_type: json',
      '    type: chat_template',
      '    field_messages: messages',
      '    roles_to_train: [assistant]',
      '    train_on_eos: turn',
      'adapter: lora',
      'lora_r: 16',
      'lora_alpha: 32',
      'lora_target_linear: true',
      'sequence_len: 4096',
      'sample_packing: true',
      'micro_batch_size: 1',
      'gradient_accumulation_steps: 16',
      'num_epochs: 2',
      'learning_rate: 0.0001',
      'lr_scheduler: cosine',
      'optimizer: adamw_torch_fused',
      'bf16: auto',
      'output_dir: ./output',
      '',
    ].join('\n'),
  }),
})
