import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { BadInput, plugin, runTool, type Trainer, type TrainRequest, type Training } from '@whetstone/core'
import { z } from 'zod'
import { candidateCard } from '../candidate-card.ts'
import { checkMagic, fillCommand, runTrainer } from '../run-command.ts'

const Command = z.array(z.string().min(1)).min(1)
const names =
  '{data} the rows, {format} their format, {model} the base GGUF, {adapter} its adapter or nothing, {out} the GGUF to write, {trained} a folder for what is not yet GGUF, {metrics} a file for {"step":1,"loss":0.5} lines, {seed}, {round}, {threads}, {folder}'

const Settings = z.strictObject({
  command: Command.describe(`program and arguments, run without a shell; in each: ${names}`),
  convert: Command.optional().describe('run after it where it writes no GGUF itself: makes {out} of {trained}; the same names'),
  writes: z.enum(['gguf', 'adapter']).default('gguf').describe('what {out} is: weights of their own, or a LoRA adapter on the base'),
  reads: z
    .array(z.string().min(1))
    .min(1)
    .default(['messages'])
    .describe("formats that it can read, the first that the data set has: messages or preference, or the recipe's own"),
  env: z.record(z.string(), z.string()).optional().describe('environment variables beside ours'),
  timeout: z.number().positive().optional().describe('seconds after which it is stopped'),
})

export default plugin({
  name: 'external',
  about:
    'any program that trains: files in, a GGUF out, or an adapter with the command that converts it; docs/exports.md has templates for TRL and mlx-lm',
  settings: Settings,
  make: (settings): Trainer => ({
    name: `external ${settings.command[0]?.split('/').at(-1)}`,
    reads: settings.reads,
    tools: [],
    train: (request) => train(settings, request),
  }),
})

async function train(settings: z.output<typeof Settings>, request: TrainRequest): Promise<Training> {
  const { base, dataset, seed, round, threads, signal, logFile } = request
  const folder = resolve(request.folder)
  const format = settings.reads.find((name) => dataset.files[name] !== undefined)
  if (format === undefined)
    throw new BadInput(
      `Dataset ${dataset.id} was not exported for the external trainer: add ${settings.reads.join(' or ')} to the recipe's formats`,
    )
  const adapter = settings.writes === 'adapter'
  const file = join(folder, adapter ? 'adapter.gguf' : 'candidate.gguf')
  const [trained, metrics] = [join(folder, 'trained'), join(folder, 'metrics.jsonl')]
  mkdirSync(trained, { recursive: true })
  const values = {
    ...{ data: resolve(dataset.folder, dataset.files[format] as string), format, model: base.path === null ? '' : resolve(base.path) },
    ...{ adapter: base.adapter === null ? '' : resolve(base.adapter), out: file, trained, metrics, folder: dirname(file) },
    ...{ seed: String(seed), round: String(round), threads: String(threads ?? 1) },
  }
  const started = performance.now()
  const { step, loss } = await runTrainer({
    ...{ command: fillCommand(settings.command, values, 'trainer.command'), cwd: folder, env: settings.env, log: metrics, logFile },
    ...{ label: 'external trainer', timeout: settings.timeout, signal },
  })
  if (settings.convert) {
    const [program, ...args] = fillCommand(settings.convert, values, 'trainer.convert') as [string, ...string[]]
    await runTool({ file: program, args, cwd: folder, env: settings.env, logFile, timeout: settings.timeout, signal })
  }
  checkMagic(file, settings.convert ? 'trainer.convert' : 'trainer.command')
  if (step === null || loss === null)
    throw new BadInput(
      'The external trainer told no step and no loss: it prints {"step": 1, "loss": 0.5} lines, or appends them to {metrics}',
    )
  const metadata = { command: settings.command, convert: settings.convert, format }
  const model = await candidateCard(request, { file, adapter, trainer: 'external', metadata })
  return { model, steps: step, seconds: (performance.now() - started) / 1000, finalLoss: loss }
}
