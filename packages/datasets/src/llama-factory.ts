import type { Companied } from './define-export.ts'

/** What LLaMA-Factory reads beside the rows: an entry of dataset_info.json for each file, and a run that is ready but for the model and its template. */
export function llamaFactoryFiles(
  { train, validation }: Companied,
  { entry, stage, more = '' }: { entry: Record<string, unknown>; stage: 'sft' | 'dpo' | 'kto'; more?: string },
): Record<string, string> {
  // A name that YAML takes for a number or a truth would be no name.
  const nameOf = (file: string) =>
    file
      .replace(/(\.\w+)$/, '')
      .replace(/[^\w-]/g, '_')
      .replace(/^(?=[\d._-]|(?:true|false|null|yes|no|on|off|y|n)$)/i, 'rows_')
  const names = train.map(nameOf)
  const held = validation.map(nameOf)
  const info = Object.fromEntries([...train, ...validation].map((file) => [nameOf(file), { file_name: file, ...entry }]))
  return {
    'dataset_info.json': `${JSON.stringify(info, null, 2)}\n`,
    [`${names[0]}.train_${stage}.yaml`]: [
      '# llamafactory-cli train this file, from the folder it lies in; first name the model, and its template (llamafactory/data/template.py lists them).',
      'model_name_or_path: MODEL',
      'template: qwen3',
      'trust_remote_code: false',
      `stage: ${stage}`,
      'do_train: true',
      'finetuning_type: lora',
      'lora_rank: 16',
      'lora_target: all',
      'dataset_dir: .',
      `dataset: ${names.join(',')}`,
      ...(held.length > 0
        ? [`eval_dataset: ${held.join(',')}`, 'eval_strategy: steps', 'eval_steps: 100', 'per_device_eval_batch_size: 1']
        : []),
      'cutoff_len: 4096',
      `output_dir: output/${names[0]}`,
      'per_device_train_batch_size: 1',
      'gradient_accumulation_steps: 16',
      `learning_rate: ${stage === 'sft' ? '1.0e-4' : '5.0e-6'}`,
      'num_train_epochs: 2.0',
      'lr_scheduler_type: cosine',
      'warmup_ratio: 0.1',
      'bf16: true',
      'logging_steps: 10',
      ...(more ? [more] : []),
      '',
    ].join('\n'),
  }
}
