/** What LLaMA-Factory reads beside the rows: an entry of dataset_info.json, and a run that is ready but for the model's name. */
export function llamaFactoryFiles(
  { file }: { file: string },
  { entry, stage, more = '' }: { entry: Record<string, unknown>; stage: 'sft' | 'dpo' | 'kto'; more?: string },
): Record<string, string> {
  const name = file.replace(/\.[^.]*$/, '').replace(/[^\w-]/g, '_')
  return {
    'dataset_info.json': `${JSON.stringify({ [name]: { file_name: file, ...entry } }, null, 2)}\n`,
    [`train_${stage}.yaml`]: [
      '# llamafactory-cli train this file; name the model first.',
      'model_name_or_path: MODEL',
      'trust_remote_code: false',
      `stage: ${stage}`,
      'do_train: true',
      'finetuning_type: lora',
      'lora_rank: 16',
      'lora_target: all',
      'dataset_dir: .',
      `dataset: ${name}`,
      'template: qwen3',
      'cutoff_len: 4096',
      `output_dir: output/${name}`,
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
