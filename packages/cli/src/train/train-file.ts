import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, describeUse, hash, Model, paths, readJson, type Trainer, type Training, toRecord, writeJson } from '@whetstone/core'
import { detectExport, loadExport, readLoosely } from '@whetstone/datasets'
import { writeRowsFor } from './write-rows-for.ts'

export type TrainFile = {
  file: string
  /** Absent: found by the rows. */
  format?: string | undefined
  base: Model
  trainer: Trainer
  /** Names the folder below checkpoints/. */
  name: string
  seed: number
  threads?: number | undefined
  force: boolean
  signal: AbortSignal
}
export type TrainedFile = {
  model: Model
  training: Omit<Training, 'model'> | null
  format: string
  rows: number
  folder: string
  card: string
}

/** What was trained from what: the same again is not trained again. */
const Recipe = Model.shape.metadata

/**
 * Trains a model on a file of rows in any format that is known and leaves a candidate with its card in checkpoints/<name>. The same file, base and
 * settings again find it done; others are refused unless forced.
 */
export async function trainFile({
  file,
  format: named,
  base,
  trainer,
  name,
  seed,
  threads,
  force,
  signal,
}: TrainFile): Promise<TrainedFile> {
  const format = named === undefined ? await detectExport(file) : await loadExport(named)
  const folder = paths.checkpoints(name)
  const card = join(folder, 'card.json')
  if (existsSync(folder) && !existsSync(card) && !force && !isOurs(folder))
    throw new BadInput(`${folder} is the folder of something else (a run?): give another --name, or replace it with --force`)
  const data = join(folder, 'data')
  const dataset = await writeRowsFor(trainer, { file, folder: data, name, rows: readLoosely(format, file), kind: format.kind })
  const rows = dataset.counts.examples + dataset.counts.pairs
  const fingerprint = hash([base.id, dataset.hash, describeUse(trainer), seed])
  const known = existsSync(card) ? readJson(card, Model) : null
  if (known && Recipe.parse(known.metadata)['fingerprint'] === fingerprint && existsSync(known.adapter ?? known.path ?? ''))
    return { model: known, training: null, format: format.name, rows, folder, card }
  if (known && !force)
    throw new BadInput(
      `${card} is the card of another training (other rows, base or settings): give another --name, or replace it with --force`,
    )
  if (force) for (const each of readdirSync(folder)) if (each !== 'data') rmSync(join(folder, each), { recursive: true, force: true })
  const { model: made, ...training } = await trainer.train({
    base,
    dataset,
    folder,
    seed,
    round: 1,
    threads,
    signal,
    logFile: join(folder, 'train.log'),
  })
  const model: Model = {
    ...made,
    name: `${base.name} on ${name}`,
    metadata: { ...made.metadata, fingerprint, file, format: format.name, counts: dataset.counts, dataHash: dataset.hash, seed, training },
  }
  writeJson(card, toRecord(model))
  return { model, training, format: format.name, rows, folder, card }
}

/** A training of ours that was stopped: its rows and nothing that a run has. */
const isOurs = (folder: string) =>
  readdirSync(folder).every(
    (each) => ['data', 'optimizer', 'trained', 'train.yaml', 'metrics.jsonl', 'train.log'].includes(each) || each.endsWith('.gguf'),
  )
