import { existsSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import type { Model, Trainer, TrainRequest, Training } from '@whetstone/core'
import { BadInput, hashFile, paths, plugin, runTool, staysOnCpu, makeFolder } from '@whetstone/core'
import { currentAccelerator } from '@whetstone/native'
import { z } from 'zod'
import { followTraining } from '../follow-training.ts'

const Settings = z.strictObject({
  method: z.enum(['sft', 'dpo', 'simpo', 'orpo', 'kto', 'distill']).default('sft'),
  weights: z.enum(['auto', 'full', 'lora']).default('auto').describe('`auto`: full weights below 100M parameters, else LoRA.'),
  loraRank: z.number().int().positive().default(16),
  loraAlpha: z.number().positive().default(32),
  loraTargets: z
    .string()
    .optional()
    .describe(
      'Comma-separated kinds, each of which may have a rank of its own, e.g. `attn_q,attn_v:4`; all linear layers when absent; `all,token_embd,output` for embedding and head too.',
    ),
  loraRankStabilized: z.boolean().default(false).describe('rsLoRA: scale = alpha / sqrt(rank).'),
  dora: z
    .boolean()
    .default(false)
    .describe(
      "DoRA: LoRA with a trained magnitude of every output. llama.cpp's adapters have none: the candidate is a whole model, merged.",
    ),
  learningRate: z.number().positive().default(1e-4),
  epochs: z.number().positive().default(1),
  steps: z.number().int().positive().optional().describe('Optimizer steps; replaces `epochs`.'),
  batch: z.number().int().positive().default(32).describe('Sequences an optimizer step.'),
  microBatch: z.number().int().positive().optional(),
  schedule: z.enum(['cosine', 'constant', 'linear']).default('cosine'),
  warmup: z.number().int().nonnegative().default(0).describe('Warm-up steps.'),
  minRatio: z.number().min(0).max(1).default(0),
  weightDecay: z.number().nonnegative().default(0),
  clip: z.number().nonnegative().default(1),
  ema: z.number().min(0).max(1).optional().describe('Decay of an exponential moving average of the weights, which is what is saved.'),
  beta: z
    .number()
    .positive()
    .optional()
    .describe(
      'dpo, kto: how strongly the model is held to the reference (0.1); simpo: the scale of the margin (2); orpo: of the odds ratio (0.1).',
    ),
  margin: z.number().nonnegative().optional().describe('simpo: what the chosen answer must be better by.'),
  undesirableWeight: z.number().nonnegative().optional().describe('kto: of rows that are not wanted.'),
  servingContext: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("Context the model is served with, where that decides something (longrope); the model's own when absent."),
  nllWeight: z
    .number()
    .nonnegative()
    .optional()
    .describe("dpo: of the chosen answer's cross-entropy per token, 1 when absent; distill: of the completion's, 0 when absent."),
  teacherTop: z.number().int().positive().optional().describe("distill: tokens kept of each of the teacher's distributions."),
  trainOn: z.enum(['last', 'all']).optional().describe('Which assistant turns of a conversation are learned.'),
  promptWeight: z.number().nonnegative().optional().describe("What a token of the prompt counts, beside 1 for the answer's."),
  saveEvery: z.number().int().positive().optional().describe('Also keep the weights every so many steps, as candidate-step-000100.gguf.'),
  keepMoments: z
    .boolean()
    .default(false)
    .describe(
      "Keep AdamW's moments beside the weights and start with those that lie beside the base's: short trainings that follow each other else begin anew each time.",
    ),
})

type Settings = z.output<typeof Settings>

const Figures = z.object({ rows: z.number(), tokens: z.number(), mean_abs: z.number(), max_abs: z.number() })

const FinalMetrics = z.object({
  done: z.literal(true),
  steps: z.number(),
  final_loss: z.number(),
  seconds: z.number(),
  /** |log p of the trainer - log p of libllama| on some rows before the first step. */
  served: Figures.optional(),
  /** |log p of the trainer - log p of the sampler| on the rows of --parity before the first step. */
  own: Figures.optional(),
})

/** The formats a method can read, the trainer's own first: its ids are what was sampled. */
const pairs = ['llama-train-pairs', 'preference'] as const
const formats = { sft: ['llama-train', 'messages'], dpo: pairs, simpo: pairs, orpo: pairs, kto: ['kto'], distill: ['distill'] } as const
const moments = 'moments.gguf'

export default plugin({
  name: 'llama-train',
  about:
    'the native trainer, tools/train: correct gradients on the GGUF itself, full weights or LoRA; a torn training resumes from its optimizer checkpoint',
  settings: Settings,
  make: (settings): Trainer => ({
    name: `llama-train ${settings.method}`,
    reads: formats[settings.method],
    tools: ['llama-train'],
    makes: (base) => makes(settings, base),
    train: (request) => train(settings, request),
  }),
})

function makes(settings: Settings, base: Model): 'adapter' | 'weights' {
  const lora =
    settings.weights === 'lora' ||
    (settings.weights === 'auto' && (base.parameters === null || base.parameters >= 100e6)) ||
    base.adapter !== null
  const alone = (['dora', 'loraRankStabilized', 'loraTargets'] as const).find((key) => settings[key])
  if (alone && !lora) throw new BadInput(`trainer.${alone} needs trainer.weights=lora: with all weights there is no adapter`)
  if (settings.dora && base.adapter !== null)
    throw new BadInput(
      `trainer.dora starts from whole weights, ${base.name} has an adapter: begin at the first model each round (--set settings.from=base), or leave trainer.dora out`,
    )
  return lora && !settings.dora ? 'adapter' : 'weights'
}

async function train(settings: Settings, request: TrainRequest): Promise<Training> {
  const { base, dataset, folder } = request
  if (base.path === null) throw new BadInput(`${base.name} has no weights here to train: give --model=FILE.gguf beside --endpoint`)
  const adapts = makes(settings, base) === 'adapter'
  const lora = adapts || settings.dora
  const data = formats[settings.method].map((format) => dataset.files[format]).find((file) => file !== undefined)
  if (data === undefined)
    throw new BadInput(
      `Dataset ${dataset.id} was not exported for ${settings.method}: add the format ${formats[settings.method].join(' or ')} to the recipe's harvest`,
    )
  makeFolder(folder)
  const out = join(folder, adapts ? 'adapter.gguf' : 'candidate.gguf')
  const metrics = join(folder, 'metrics.jsonl')
  const checkpoints = join(folder, 'optimizer')
  const earlier = join(dirname(base.adapter ?? base.path), moments)
  const device = onDevice(request)
  const args = [
    settings.method,
    '-m',
    base.path,
    '--data',
    join(dataset.folder, data),
    '--out',
    out,
    '--metrics',
    metrics,
    '--checkpoint-dir',
    checkpoints,
    '--checkpoint-share',
    '0.02',
    '--resume',
    '--seed',
    String(request.seed),
    '--workers',
    String(request.threads ?? availableParallelism()),
    ...(device ? ['--n-gpu-layers', '999'] : []),
    ...flags(settings),
    ...(lora
      ? [
          '--lora-rank',
          String(settings.loraRank),
          '--lora-alpha',
          String(settings.loraAlpha),
          ...(settings.dora ? ['--dora'] : []),
          ...(settings.loraRankStabilized ? ['--lora-rank-stabilized'] : []),
          ...(settings.loraTargets ? ['--lora-targets', settings.loraTargets] : []),
        ]
      : []),
    ...(base.adapter ? ['--lora-init', base.adapter] : []),
    ...(request.date === undefined ? [] : ['--date', request.date]),
    ...(request.parity ? ['--parity', request.parity.rows, '--parity-out', request.parity.trained] : []),
    ...(settings.keepMoments ? ['--optimizer-out', join(folder, moments)] : []),
    ...(settings.keepMoments && existsSync(earlier) ? ['--optimizer-in', earlier] : []),
  ]
  const follow = followTraining(metrics)
  const start = (...more: string[]) =>
    runTool({
      file: paths.tool('llama-train'),
      args: [...args, ...more, '--progress', 'none'],
      logFile: request.logFile,
      signal: request.signal,
    })
  try {
    await start().catch((error: Error) => {
      // what a device's library asks for beside our graphs ends the process where there is no room: once more with less, from the last checkpoint
      if (!device || request.signal?.aborted || !/out of memory|no room|SIGABRT/.test(error.message)) throw error
      process.stderr.write(`  ${error.message.split('\n')[0]}: once more with half the memory for activations\n`)
      return start('--memory-share', '0.4')
    })
  } finally {
    follow.done()
  }
  const final = finalMetrics(metrics)
  rmSync(checkpoints, { recursive: true, force: true })
  const id = `model-${(await hashFile(out)).slice(0, 16)}`
  const model: Model = {
    id,
    name: `${base.name.replace(/ round \d+$/, '')} round ${request.round}`,
    path: adapts ? base.path : out,
    adapter: adapts ? out : null,
    parent: base.id,
    dataset: dataset.id,
    trainer: `llama-train ${settings.method}`,
    quantization: base.quantization,
    architecture: base.architecture,
    parameters: base.parameters,
    vocabulary: base.vocabulary,
    createdAt: new Date().toISOString(),
    metadata: { settings, served: final.served },
  }
  const { steps, seconds, final_loss: finalLoss, own } = final
  return {
    model,
    steps,
    seconds,
    finalLoss,
    own: own && own.rows > 0 ? { rows: own.rows, tokens: own.tokens, meanAbs: own.mean_abs, maxAbs: own.max_abs } : undefined,
  }
}

/** Whether to train on the accelerator that sampling uses: the same rule, so that the two never differ. */
function onDevice({ gpu = 'auto', base }: TrainRequest): boolean {
  if (staysOnCpu(gpu, base.parameters ?? 0)) return false
  if (gpu === 'auto' && base.architecture?.endsWith('moe')) return false // ggml has no gradient of a mixture's experts
  return currentAccelerator() !== null
}

function flags(settings: Settings): string[] {
  const pairs: [string, number | string | undefined][] = [
    ['--lr', settings.learningRate],
    ['--batch', settings.batch],
    ['--micro-batch', settings.microBatch],
    ['--schedule', settings.schedule],
    ['--warmup', settings.warmup],
    ['--min-lr-ratio', settings.minRatio],
    ['--weight-decay', settings.weightDecay],
    ['--clip', settings.clip],
    ['--ema', settings.ema],
    settings.steps === undefined ? ['--epochs', settings.epochs] : ['--steps', settings.steps],
    ['--beta', settings.beta],
    ['--margin', settings.margin],
    ['--undesirable-weight', settings.undesirableWeight],
    ['--serving-context', settings.servingContext],
    ['--nll-weight', settings.nllWeight ?? (settings.method === 'dpo' ? 1 : undefined)],
    ['--teacher-top', settings.method === 'distill' ? settings.teacherTop : undefined],
    ['--train-on', settings.trainOn],
    ['--prompt-weight', settings.promptWeight],
    ['--save-every', settings.saveEvery],
  ]
  return pairs.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]))
}

function finalMetrics(file: string): z.infer<typeof FinalMetrics> {
  const last = existsSync(file) ? (readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '') : ''
  const parsed = FinalMetrics.safeParse(last === '' ? null : JSON.parse(last))
  if (!parsed.success) throw new Error(`${file}: llama-train ended without its closing line: see the training log beside it`)
  return parsed.data
}
