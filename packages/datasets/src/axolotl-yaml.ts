import type { Companied } from './define-export.ts'

/** A run of Axolotl's that is ready but for the model's name. `entry` is what it reads of each file, as YAML lines. */
export function axolotlYaml(
  { train, validation }: Companied,
  { entry, head = [], rate }: { entry: string[]; head?: string[]; rate: string },
) {
  const listed = (files: readonly string[]) =>
    files.flatMap((file) => [
      `  - path: ${JSON.stringify(file)}`,
      '    ds_type: json',
      '    split: train',
      ...entry.map((line) => `    ${line}`),
    ])
  return [
    '# axolotl train this file, from the folder it lies in; name the model first.',
    'base_model: MODEL',
    ...head,
    'datasets:',
    ...listed(train),
    ...(validation.length > 0 ? ['test_datasets:', ...listed(validation)] : []),
    'adapter: lora',
    'lora_r: 16',
    'lora_alpha: 32',
    'lora_target_linear: true',
    'sequence_len: 4096',
    'micro_batch_size: 1',
    'gradient_accumulation_steps: 16',
    'num_epochs: 2',
    `learning_rate: ${rate}`,
    'lr_scheduler: cosine',
    'optimizer: adamw_torch_fused',
    'bf16: auto',
    'output_dir: ./output',
    '',
  ].join('\n')
}
