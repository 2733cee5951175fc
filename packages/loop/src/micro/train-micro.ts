import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Model, Trace, Trainer, Training, TrainRequest } from '@whetstone/core'
import { BadInput, deriveSeed } from '@whetstone/core'
import { exportDataset } from '@whetstone/datasets'
import { toExample } from '@whetstone/harvest'
import { average } from '@whetstone/training'
import { rowOptions } from '@whetstone/attempts/row-options.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'
import type { MicroStep } from './attempt-micro.ts'

/** One training on drawn rows, its data set and weights in the micro-round's folders. */
export async function trainMicro(
  context: RoundContext,
  { micro, name, model }: MicroStep,
  { rows, trainer, parity }: { rows: readonly Trace[]; trainer: Trainer } & Pick<TrainRequest, 'parity'>,
): Promise<Training> {
  const { recipe, run, round, seed, files } = context
  const formats = recipe.formats.filter((format) => format.kind === 'sft' && trainer.reads.includes(format.name))
  if (formats.length === 0)
    throw new BadInput(`recipe ${recipe.name}: micro-rounds train on rows, and none of its formats is one that ${trainer.name} reads`)
  const row = rowOptions(context)
  const { dataset: folder, checkpoint } = files.micro(name)
  const dataset = await exportDataset({
    run,
    round,
    folder,
    examples: rows.map((trace) => ({ row: toExample(trace, row), trace })),
    pairs: [],
    formats,
    createdAt: new Date().toISOString(),
  })
  return trainer.train({
    base: model,
    parity,
    dataset,
    folder: checkpoint,
    seed: deriveSeed(seed, 'train', round, micro),
    round,
    signal: context.signal,
    logFile: files.trainLog,
    threads: context.threads,
    gpu: recipe.settings.gpu,
    date: recipe.settings.date,
  })
}

/** The round's candidate: the last model, or the mean of the last few, with its files where a candidate's are. */
export async function settleCandidate(context: RoundContext, { models, base }: { models: readonly Model[]; base: Model }): Promise<Model> {
  const { files, round, signal } = context
  const last = models.at(-1) as Model
  const kind = last.adapter === null ? 'path' : 'adapter'
  const out = join(files.checkpoint, basename(last[kind] as string))
  mkdirSync(files.checkpoint, { recursive: true })
  let model = last
  if (models.length > 1) model = await average(models, { out, factors: true, signal, logFile: files.trainLog })
  else copyFileSync(last[kind] as string, out)
  const moments = join(last[kind] as string, '..', 'moments.gguf')
  if (existsSync(moments)) copyFileSync(moments, join(files.checkpoint, 'moments.gguf'))
  return {
    ...model,
    [kind]: out,
    name: `${base.name.replace(/ round \d+$/, '')} round ${round}`,
    parent: base.id,
    dataset: last.dataset,
    trainer: last.trainer,
  }
}
