import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { deriveSeed, hash, hashFile, paths, readJson, runTool, writeJson, writeRows } from '@whetstone/core'
import { z } from 'zod'
import type { Study } from './study.ts'

/** One stage of training: the trainer's own rows, and how they are gone through. */
export type Stage = {
  method: 'sft' | 'dpo' | 'grpo'
  rows: readonly object[]
  learningRate: number
  batch?: number
  epochs?: number
  /** Checkpoints on the way, the end counted: their steps are spread evenly. */
  snapshots?: number
  warmup?: number
  /** dpo: weight of the chosen answer's cross-entropy; without it a small model unlearns what it can do. */
  nllWeight?: number
  beta?: number
  /** dpo, grpo: what the policy is held to, where that is not the model it starts from. */
  reference?: Model
}
export type Trained = {
  model: Model
  rows: number
  loss: number
  seconds: number
  steps: number
  snapshots: { step: number; model: Model }[]
}

const Closing = z.object({ done: z.literal(true), final_loss: z.number(), steps: z.number() }).loose()
const Kept = z.object({
  fingerprint: z.string(),
  rows: z.number(),
  loss: z.number(),
  seconds: z.number(),
  sha256: z.string(),
  steps: z.number(),
})

/** Where a training's files lie and what it may use: a study, or a part of one. */
export type Training = Pick<Study, 'folder' | 'threads' | 'signal' | 'seed'>

/** Trains all weights of a model on rows and gives the new model, the same one again where that was done before from the same rows. */
export async function trainRows(study: Training, name: string, base: Model, stage: Stage): Promise<Trained> {
  const { folder, threads, signal } = study
  mkdirSync(folder, { recursive: true })
  const file = (ending: string) => join(folder, `${name}${ending}`)
  const fingerprint = hash([base.id, stage.reference?.id ?? null, { ...stage, reference: null }])
  const known = existsSync(file('.json')) && existsSync(file('.gguf')) ? readJson(file('.json'), Kept) : null
  if (known?.fingerprint === fingerprint)
    return {
      ...known,
      model: trained(base, name, file('.gguf'), known.sha256, stage),
      snapshots: await snapshotsOf(base, name, folder, stage, known.steps),
    }
  await writeRows(file('.rows'), stage.rows)
  const { method, learningRate, batch = 16, epochs = 1, warmup = 5, snapshots = 1, nllWeight = 1, beta = 0.1, reference } = stage
  const every = Math.ceil((Math.ceil(stage.rows.length / batch) * epochs) / snapshots)
  const started = performance.now()
  await runTool({
    file: paths.tool('llama-train'),
    args: [
      ...[method, '-m', base.path as string, '--data', file('.rows'), '--out', file('.gguf'), '--metrics', file('.metrics')],
      ...['--lr', String(learningRate), '--batch', String(batch), '--epochs', String(epochs), '--schedule', 'cosine'],
      ...['--min-lr-ratio', '0.1', '--warmup', String(warmup), '--workers', String(threads), '--progress', 'none'],
      ...['--seed', String(deriveSeed(study.seed, 'train', name))],
      ...(method === 'dpo' ? ['--nll-weight', String(nllWeight), '--beta', String(beta)] : []),
      ...(snapshots > 1 ? ['--save-every', String(every)] : []),
      ...(reference ? ['--ref-model', reference.path as string] : []),
    ],
    signal,
    logFile: file('.log'),
  })
  const { final_loss: loss, steps } = Closing.parse(JSON.parse(readFileSync(file('.metrics'), 'utf8').trim().split('\n').at(-1) ?? ''))
  const seconds = (performance.now() - started) / 1000
  const sha256 = await hashFile(file('.gguf'))
  for (const ending of ['.rows', '.metrics', '.log']) rmSync(file(ending), { force: true })
  writeJson(file('.json'), { fingerprint, rows: stage.rows.length, loss, seconds, sha256, steps })
  return {
    model: trained(base, name, file('.gguf'), sha256, stage),
    ...{ rows: stage.rows.length, loss, seconds, steps },
    snapshots: await snapshotsOf(base, name, folder, stage, steps),
  }
}

/** The weights that were kept on the way, in order, the last step's apart. */
async function snapshotsOf(base: Model, name: string, folder: string, stage: Stage, steps: number): Promise<Trained['snapshots']> {
  const found = readdirSync(folder).flatMap((file) => {
    const step = file.startsWith(`${name}-step-`) ? Number(/-step-(\d+)\.gguf$/.exec(file)?.[1]) : Number.NaN
    return step < steps ? [{ step, file: join(folder, file) }] : []
  })
  found.sort((a, b) => a.step - b.step)
  return Promise.all(
    found.map(async ({ step, file }) => ({ step, model: trained(base, `${name} step ${step}`, file, await hashFile(file), stage) })),
  )
}

const trained = (base: Model, name: string, path: string, sha256: string, { method }: Stage): Model => ({
  ...base,
  id: `model-${sha256.slice(0, 16)}`,
  name,
  path,
  parent: base.id,
  trainer: `llama-train ${method}`,
})
