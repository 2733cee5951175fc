import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, describeUse, hash, Model, paths, readJson, type Trainer, type Training, toRecord, writeJson } from '@whetstone/core'
import { detectExport, loadExport, readLoosely, toolsOf } from '@whetstone/datasets'
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
  /** Rows that do not fit are left out and named. */
  skip?: boolean | undefined
  force: boolean
  signal: AbortSignal
}
export type TrainedFile = {
  model: Model
  training: Omit<Training, 'model'> | null
  format: string
  rows: number
  skipped: { line: number; why: string }[]
  /** Columns that are none of the format's. */
  aside: string[]
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
  skip,
  force,
  signal,
}: TrainFile): Promise<TrainedFile> {
  const format = named === undefined ? await detectExport(file) : await loadExport(named)
  const folder = paths.checkpoints(name)
  const card = join(folder, 'card.json')
  if (existsSync(folder) && !existsSync(card) && !force && !isOurs(folder))
    throw new BadInput(`${folder} is the folder of something else (a run?): give another --name, or replace it with --force`)
  // The rows of a training that is there stay as they are until it is known that this one takes its place.
  const [data, staged] = [join(folder, 'data'), join(folder, `.data-${process.pid}`)]
  const skipped: TrainedFile['skipped'] = []
  const aside: string[] = []
  const known = existsSync(card) ? readJson(card, Model) : null
  const { dataset, fingerprint } = await (async () => {
    try {
      const read = readLoosely(format, file, {
        aside: (column) => void aside.push(column),
        skipped: skip ? (line, why) => void skipped.push({ line, why }) : undefined,
        unfit: (row) => (toolsOf(row) === null ? null : `${toolsOf(row)}: rows with tools are not trained on here`),
      })
      const made = await writeRowsFor(trainer, { file, folder: staged, name, rows: read, kind: format.kind })
      const print = hash([base.id, made.hash, describeUse(trainer), seed])
      const same = known !== null && Recipe.parse(known.metadata)['fingerprint'] === print && existsSync(known.adapter ?? known.path ?? '')
      if (known && !same && !force)
        throw new BadInput(
          `${card} is the card of another training (other rows, base or settings): give another --name, or replace it with --force`,
        )
      if (force && !same)
        for (const each of readdirSync(folder))
          if (join(folder, each) !== staged) rmSync(join(folder, each), { recursive: true, force: true })
      if (!same) {
        rmSync(data, { recursive: true, force: true })
        renameSync(staged, data)
      }
      return { dataset: { ...made, folder: data }, fingerprint: same ? null : print }
    } finally {
      rmSync(staged, { recursive: true, force: true })
      if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
    }
  })()
  const rows = dataset.counts.examples + dataset.counts.pairs
  if (fingerprint === null) return { model: known as Model, training: null, format: format.name, rows, skipped, aside, folder, card }
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
  return { model, training, format: format.name, rows, skipped, aside, folder, card }
}

/** A training of ours that was stopped: its rows and nothing that a run has. */
const isOurs = (folder: string) =>
  readdirSync(folder).every(
    (each) => ['data', 'optimizer', 'trained', 'train.yaml', 'metrics.jsonl', 'train.log'].includes(each) || each.endsWith('.gguf'),
  )
