import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import {
  BadInput,
  plugin,
  readRows,
  runTool,
  writeAtomic,
  writeJson,
  writeRows,
  type Trainer,
  type TrainRequest,
  type Training,
} from '@whetstone/core'
import { stringify } from 'yaml'
import { z } from 'zod'
import { candidateCard } from '../candidate-card.ts'
import { checkMagic, fillCommand, readProgress, runTrainer, type Told } from '../run-command.ts'

const Settings = z.strictObject({
  stage: z.enum(['sft', 'dpo', 'orpo', 'simpo', 'kto']).default('sft'),
  model: z
    .string()
    .min(1)
    .describe("the base's weights as LLaMA-Factory reads them: a hub name or a folder; they must be those that the GGUF was made of"),
  template: z.string().min(1).describe("LLaMA-Factory's name of the chat template, e.g. qwen3, llama3"),
  weights: z.enum(['lora', 'qlora', 'full']).default('lora'),
  loraRank: z.number().int().positive().default(16),
  loraAlpha: z.number().positive().default(32),
  quantizationBit: z
    .union([z.literal(4), z.literal(8)])
    .default(4)
    .describe('qlora: bits of the base'),
  learningRate: z.number().positive().default(1e-4),
  epochs: z.number().positive().default(1),
  batch: z.number().int().positive().default(1).describe('rows a device and step'),
  accumulation: z.number().int().positive().default(16).describe('steps whose gradients are added up'),
  cutoff: z.number().int().positive().default(4096).describe('tokens a row may have'),
  beta: z.number().positive().default(0.1).describe('pairs and kto: how strongly the model is held to the reference'),
  deepspeed: z.string().min(1).optional().describe('a DeepSpeed configuration, e.g. ds_z3_config.json'),
  fsdp: z.string().min(1).optional().describe('an accelerate configuration with FSDP: the training is started by accelerate launch'),
  machines: z.number().int().positive().default(1).describe('more than one: torchrun is told so, and the same YAML is started on each'),
  rank: z.number().int().nonnegative().default(0).describe('which of the machines this is'),
  master: z.string().default('127.0.0.1:29500').describe('address of the first machine'),
  program: z.string().min(1).default('llamafactory-cli'),
  start: z
    .boolean()
    .default(true)
    .describe('false: only writes rows and YAML, and says what to run; the same command goes on when it has been run'),
  convert: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      "makes a GGUF of what was trained, e.g. ['python3','llama.cpp/convert_lora_to_gguf.py','{trained}','--outfile','{out}']; without a shell; names {trained}, {out}, {model}",
    ),
  more: z.record(z.string(), z.unknown()).optional().describe('further members of the YAML, as they stand'),
})
type Settings = z.output<typeof Settings>

const reads = { sft: ['messages'], dpo: ['preference'], orpo: ['preference'], simpo: ['preference'], kto: ['kto'] } as const

export default plugin({
  name: 'llama-factory',
  about:
    'LLaMA-Factory: writes its rows and YAML (sft, dpo, orpo, simpo, kto; LoRA, QLoRA, full; DeepSpeed, FSDP, several machines), starts it or leaves that to you, and takes what it made through a converter',
  settings: Settings,
  make: (settings): Trainer => ({
    name: `llama-factory ${settings.stage}`,
    reads: reads[settings.stage],
    tools: [],
    train: (request) => train(settings, request),
  }),
})

async function train(settings: Settings, request: TrainRequest): Promise<Training> {
  const { signal, logFile } = request
  const folder = resolve(request.folder)
  const trained = join(folder, 'trained')
  const yaml = join(folder, 'train.yaml')
  await writeInputs(settings, request, folder)
  const log = join(trained, 'trainer_log.jsonl')
  const done = existsSync(join(trained, 'adapter_config.json')) || existsSync(join(trained, 'config.json'))
  const command = commandOf(settings, yaml)
  const started = performance.now()
  let told: Told
  if (done) told = await readLog(log)
  else if (!settings.start)
    throw new BadInput(
      `Written: ${yaml}. Run ${shown(settings, command)} there, then the same command again: it goes on with what lies in ${trained}`,
    )
  else told = await runTrainer({ command, cwd: folder, env: envOf(settings), log, logFile, label: 'LLaMA-Factory', signal })
  const adapter = settings.weights !== 'full'
  const file = join(folder, adapter ? 'adapter.gguf' : 'candidate.gguf')
  const [program, ...args] = fillCommand(settings.convert, { trained, out: file, model: settings.model }, 'trainer.convert') as [
    string,
    ...string[],
  ]
  await runTool({ file: program, args, cwd: folder, logFile, signal })
  checkMagic(file, 'trainer.convert')
  if (told.step === null || told.loss === null)
    throw new BadInput(`${log} tells no step and no loss: LLaMA-Factory writes them there with logging_steps`)
  const model = await candidateCard(request, { file, adapter, trainer: `llama-factory ${settings.stage}`, metadata: { settings } })
  return { model, steps: told.step, seconds: (performance.now() - started) / 1000, finalLoss: told.loss }
}

const Row = z.record(z.string(), z.unknown())
const tags = { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant', system_tag: 'system' }

/** Rows, dataset_info.json and the YAML. */
async function writeInputs(settings: Settings, { base, dataset, seed }: TrainRequest, folder: string): Promise<void> {
  const { stage } = settings
  const [format] = reads[stage]
  const source = dataset.files[format]
  if (source === undefined)
    throw new BadInput(`Dataset ${dataset.id} was not exported for LLaMA-Factory's ${stage}: add the format ${format} to the recipe`)
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true })
  await writeRows(join(data, 'rows.jsonl'), shaped(readRows(join(dataset.folder, source), Row), stage))
  const columns =
    stage === 'sft'
      ? { messages: 'messages' }
      : stage === 'kto'
        ? { messages: 'messages', kto_tag: 'label' }
        : { messages: 'messages', chosen: 'chosen', rejected: 'rejected' }
  const entry = { file_name: 'rows.jsonl', formatting: 'sharegpt', ...(format === 'preference' ? { ranking: true } : {}), columns, tags }
  writeJson(join(data, 'dataset_info.json'), { whetstone: entry })
  const earlier = base.adapter === null ? null : join(dirname(base.adapter), 'trained')
  writeAtomic(
    join(folder, 'train.yaml'),
    stringify(yamlOf(settings, { data, output: join(folder, 'trained'), seed, earlier: earlier && existsSync(earlier) ? earlier : null })),
  )
}

/** In LLaMA-Factory's sharegpt form a chosen and a rejected answer are one message each. */
async function* shaped(rows: AsyncIterable<z.output<typeof Row>>, stage: Settings['stage']): AsyncGenerator<object> {
  const one = (answer: unknown) => (Array.isArray(answer) ? answer.at(-1) : answer) as unknown
  for await (const row of rows) {
    if (stage === 'sft') yield { messages: row['messages'] }
    else if (stage === 'kto') yield { messages: row['messages'], label: row['desirable'] }
    else yield { messages: row['prompt'], chosen: one(row['chosen']), rejected: one(row['rejected']) }
  }
}

function yamlOf(
  settings: Settings,
  { data, output, seed, earlier }: { data: string; output: string; seed: number; earlier: string | null },
): Record<string, unknown> {
  const { stage, weights } = settings
  const pairs = stage === 'dpo' || stage === 'orpo' || stage === 'simpo'
  const losses = { dpo: 'sigmoid', orpo: 'orpo', simpo: 'simpo', sft: undefined, kto: undefined }
  return {
    model_name_or_path: settings.model,
    ...(earlier ? { adapter_name_or_path: earlier } : {}),
    ...(weights === 'qlora' ? { quantization_bit: settings.quantizationBit, quantization_method: 'bnb' } : {}),
    // ORPO and SimPO are losses of the stage dpo there.
    stage: pairs ? 'dpo' : stage,
    do_train: true,
    finetuning_type: weights === 'full' ? 'full' : 'lora',
    ...(weights === 'full' ? {} : { lora_rank: settings.loraRank, lora_alpha: settings.loraAlpha, lora_target: 'all' }),
    ...(pairs ? { pref_loss: losses[stage] } : {}),
    ...(pairs || stage === 'kto' ? { pref_beta: settings.beta } : {}),
    ...(settings.deepspeed ? { deepspeed: settings.deepspeed } : {}),
    dataset_dir: data,
    dataset: 'whetstone',
    template: settings.template,
    cutoff_len: settings.cutoff,
    output_dir: output,
    overwrite_output_dir: true,
    logging_steps: 1,
    save_only_model: true,
    report_to: 'none',
    per_device_train_batch_size: settings.batch,
    gradient_accumulation_steps: settings.accumulation,
    learning_rate: settings.learningRate,
    num_train_epochs: settings.epochs,
    lr_scheduler_type: 'cosine',
    warmup_ratio: 0.1,
    bf16: true,
    seed,
    ...settings.more,
  }
}

const commandOf = ({ program, fsdp }: Settings, yaml: string): string[] =>
  fsdp ? ['accelerate', 'launch', '--config_file', fsdp, '-m', 'llamafactory.launcher', yaml] : [program, 'train', yaml]

/** LLaMA-Factory starts torchrun itself where the environment says so. */
function envOf({ machines, rank, master }: Settings): Record<string, string> {
  const [address = '', port = ''] = master.split(':')
  return machines > 1
    ? { FORCE_TORCHRUN: '1', NNODES: String(machines), NODE_RANK: String(rank), MASTER_ADDR: address, MASTER_PORT: port }
    : {}
}

const shown = (settings: Settings, command: readonly string[]) =>
  [...Object.entries(envOf(settings)).map(([name, value]) => `${name}=${value}`), ...command].join(' ')

async function readLog(file: string): Promise<Told> {
  const told: Told = { step: null, total: null, loss: null }
  if (!existsSync(file)) return told
  for await (const row of readRows(file, Row)) {
    const { step, loss } = readProgress(JSON.stringify(row))
    if (step !== undefined) told.step = step
    if (loss !== undefined) told.loss = loss
  }
  return told
}
