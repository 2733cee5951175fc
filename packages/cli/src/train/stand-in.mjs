// Stands in for a trainer of somebody else's in tests: looks at what it was given as that trainer would, then "trains" by calling llama-train and prints as Hugging Face's Trainer does.
//   node stand-in.mjs train TRAIN.yaml                      LLaMA-Factory
//   node stand-in.mjs any LLAMA-TRAIN MODEL DATA OUT METHOD  an external command
//   node stand-in.mjs convert FOLDER OUT                     the converter
import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const [mode, ...rest] = process.argv.slice(2)
const refuse = (why) => {
  console.error(`stand-in: ${why}`)
  process.exit(3)
}
const rowsOf = (file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const isMessage = (value) => typeof value?.role === 'string' && typeof value?.content === 'string'

function llamaTrain(model, data, out, method, log) {
  const program = process.env.LLAMA_TRAIN
  execFileSync(
    program,
    [
      method,
      '-m',
      model,
      '--data',
      data,
      '--out',
      out,
      '--steps',
      '4',
      '--batch',
      '8',
      '--lr',
      '1e-3',
      '--progress',
      'none',
      '--lora-rank',
      '2',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  for (let step = 1; step <= 4; step++) {
    if (log) appendFileSync(log, `${JSON.stringify({ current_steps: step, total_steps: 4, loss: 1 / step })}\n`)
    else console.log(`{'loss': '${(1 / step).toFixed(4)}', 'step': ${step}, 'total_steps': 4}`)
  }
}

if (mode === 'train') {
  const config = parse(readFileSync(rest[0], 'utf8'))
  for (const [name, type] of Object.entries({
    model_name_or_path: 'string',
    stage: 'string',
    dataset_dir: 'string',
    dataset: 'string',
    template: 'string',
    output_dir: 'string',
    learning_rate: 'number',
    num_train_epochs: 'number',
  }))
    if (typeof config[name] !== type) refuse(`${name} is no ${type}`)
  if (!['sft', 'dpo', 'kto'].includes(config.stage)) refuse(`unknown stage ${config.stage}`)
  const info = JSON.parse(readFileSync(join(config.dataset_dir, 'dataset_info.json'), 'utf8'))[config.dataset]
  if (!info || info.formatting !== 'sharegpt') refuse('dataset_info.json does not know the data set')
  const file = join(config.dataset_dir, info.file_name)
  const rows = rowsOf(file)
  const { columns } = info
  for (const row of rows) {
    if (!Array.isArray(row[columns.messages]) || !row[columns.messages].every(isMessage)) refuse('messages are none')
    if (config.stage === 'dpo' && !(info.ranking && isMessage(row[columns.chosen]) && isMessage(row[columns.rejected])))
      refuse('a pair is none')
    if (config.stage === 'kto' && typeof row[columns.kto_tag] !== 'boolean') refuse('a label is none')
  }
  mkdirSync(config.output_dir, { recursive: true })
  const data = join(config.output_dir, 'rows.jsonl')
  const shape = {
    sft: ({ messages }) => ({ messages }),
    dpo: ({ messages, chosen, rejected }) => ({ prompt: messages, chosen: [chosen], rejected: [rejected] }),
    kto: ({ messages, label }) => ({ messages, desirable: label }),
  }
  writeFileSync(data, rows.map((row) => `${JSON.stringify(shape[config.stage](row))}\n`).join(''))
  llamaTrain(
    config.model_name_or_path,
    data,
    join(config.output_dir, 'adapter_model.bin'),
    config.stage,
    join(config.output_dir, 'trainer_log.jsonl'),
  )
  writeFileSync(join(config.output_dir, 'adapter_config.json'), JSON.stringify({ r: config.lora_rank, nnodes: process.env.NNODES ?? null }))
} else if (mode === 'any') {
  const [model, data, out, method] = rest
  if (!rowsOf(data).every(({ messages, prompt }) => Array.isArray(messages ?? prompt))) refuse('rows are none')
  llamaTrain(model, data, out, method)
} else if (mode === 'convert') copyFileSync(join(rest[0], 'adapter_model.bin'), rest[1])
else refuse(`no mode ${mode}`)
