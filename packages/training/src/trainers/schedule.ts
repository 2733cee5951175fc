import { copyFileSync, existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Trainer, TrainRequest, Training } from '@whetstone/core'
import {
  BadInput,
  Dataset,
  deriveSeed,
  describeUse,
  Difference,
  hash,
  Model,
  nested,
  plugin,
  readJson,
  toRecord,
  TrainingStage,
  writeJson,
} from '@whetstone/core'
import { z } from 'zod'
import llamaTrain from './llama-train.ts'

const Stage = z.union([
  z.strictObject({
    train: nested<Trainer>('trainers').describe('who trains, from what the stage before left'),
    on: z.enum(['harvest', 'verified']).default('harvest').describe("its rows: the round's, or what the last verification passed"),
  }),
  z.strictObject({ verify: z.literal(true) }),
])
export type Stage = z.input<typeof Stage>

const Settings = z.strictObject({
  stages: z.array(Stage).min(1).describe('one after the other: trainers, and verifications between them'),
})
type Settings = z.output<typeof Settings>

type LlamaTrain = Omit<NonNullable<Parameters<typeof llamaTrain>[0]>, 'method'>
/** Stages for a recipe: preference pairs of the harvest, attempts at the trained tasks, rows that passed these. */
export const dpo = (settings: LlamaTrain = {}): Stage => ({ train: llamaTrain({ ...settings, method: 'dpo' }) })
export const verify = (): Stage => ({ verify: true })
export const sft = ({ on = 'verified', ...settings }: LlamaTrain & { on?: 'harvest' | 'verified' } = {}): Stage => ({
  train: llamaTrain({ ...settings, method: 'sft' }),
  on,
})

/** What a finished stage left: a model that the next begins with, or rows. */
const Done = z.object({
  fingerprint: z.string(),
  figures: TrainingStage,
  model: Model,
  verified: Dataset.nullable(),
  own: Difference.optional(),
})
type Done = z.infer<typeof Done>

/** Each stage is kept in a folder of its own and done once: a training that was stopped goes on in the middle. */
export default plugin({
  name: 'schedule',
  about:
    'several trainings one after the other, with verification between them: trained tasks are attempted again, what passes is trained on (R3)',
  settings: Settings,
  make: (settings): Trainer => {
    checkStages(settings)
    const trainers = settings.stages.flatMap((stage) => ('train' in stage ? [stage.train] : []))
    const name = settings.stages.map((stage) => ('train' in stage ? stage.train.name : 'verify')).join(', ')
    return {
      name,
      reads: [...new Set(trainers.flatMap(({ reads }) => reads))],
      tools: [...new Set(trainers.flatMap(({ tools }) => tools))],
      train: (request) => train(settings, request),
    }
  },
})

/** What could never train anything is told before a round is begun with it. */
function checkStages({ stages }: Settings): void {
  if (!stages.some((stage) => 'train' in stage))
    throw new BadInput('schedule: no stage trains, there are verifications alone: add dpo() or sft(), or name no trainer (null)')
  for (const [place, stage] of stages.entries()) {
    const verified = stages.slice(0, place).some((earlier) => 'verify' in earlier)
    if ('train' in stage && stage.on === 'verified' && !verified)
      throw new BadInput(
        `schedule: stage ${place + 1} (${stage.train.name}) trains on what was verified, and no verify() stands before it: put one there, or let it train on: 'harvest'`,
      )
  }
}

async function train({ stages }: Settings, request: TrainRequest): Promise<Training> {
  const done: Done[] = []
  for (const [place, stage] of stages.entries()) {
    const name = String(place + 1).padStart(2, '0')
    const before = done.at(-1) ?? null
    const from = { model: before?.model ?? request.base, verified: before?.verified ?? null }
    const fingerprint = hash([from.model.id, from.verified?.hash ?? null, request.dataset.hash, request.seed, describeUse(stage)])
    const record = join(request.folder, 'stages', `${name}.json`)
    const known = existsSync(record) ? readJson(record, Done) : null
    if (known?.fingerprint === fingerprint) {
      done.push(known)
      continue
    }
    const made = 'train' in stage ? await trainStage(request, stage, name, from) : await verifyStage(request, name, from)
    writeJson(record, toRecord({ fingerprint, ...made }))
    done.push({ fingerprint, ...made })
  }
  const figures = done.map((each) => each.figures)
  const trained = figures.filter(({ steps }) => (steps ?? 0) > 0)
  const last = done.at(-1) as Done
  if (trained.length === 0)
    throw new BadInput('No stage of the schedule had rows to train on: look at the funnel of the harvest, and at settings.pairs for dpo')
  return {
    model: settle(last.model, request),
    steps: trained.reduce((sum, { steps }) => sum + (steps ?? 0), 0),
    seconds: figures.reduce((sum, { seconds }) => sum + seconds, 0),
    finalLoss: trained.at(-1)?.finalLoss ?? 0,
    own: done.find(({ own }) => own)?.own,
    stages: figures,
  }
}

type From = { model: Model; verified: Dataset | null }

async function trainStage(
  request: TrainRequest,
  { train: trainer, on }: { train: Trainer; on: 'harvest' | 'verified' },
  name: string,
  { model, verified }: From,
): Promise<Omit<Done, 'fingerprint'>> {
  const dataset = on === 'harvest' ? request.dataset : verified
  const format = dataset && trainer.reads.find((name) => dataset.files[name] !== undefined)
  if (dataset && format === undefined)
    throw new BadInput(
      `Dataset ${dataset.id} has no format that ${trainer.name} reads: add one of ${trainer.reads.join(', ')} to the recipe`,
    )
  if (!dataset || !hasRows(dataset, format as string))
    return { figures: { stage: trainer.name, on, seconds: 0, steps: 0 }, model, verified }
  const {
    model: made,
    steps,
    seconds,
    finalLoss,
    own,
  } = await trainer.train({
    ...request,
    base: model,
    dataset,
    folder: join(request.folder, 'stages', name),
    seed: deriveSeed(request.seed, 'stage', name),
  })
  // the first training starts from what was sampled, and so can be compared with the sampler
  const compared = model.id === request.base.id ? own : undefined
  return { figures: { stage: trainer.name, on, seconds, steps, finalLoss }, model: made, verified, own: compared }
}

/** Whether the file that a trainer reads has rows: by the card; cards of before 2026-12 do not say what a file is made of, so that the file itself is asked. */
function hasRows({ id, files, madeOf, counts, folder }: Dataset, format: string): boolean {
  const of = madeOf?.[format]
  if (of) return counts[of] > 0
  const file = join(folder, files[format] as string)
  if (!existsSync(file))
    throw new BadInput(`${file} is missing, which the card of dataset ${id} names: make it again with --redo-from=dataset`)
  return statSync(file).size > 0
}

async function verifyStage(request: TrainRequest, name: string, { model }: From): Promise<Omit<Done, 'fingerprint'>> {
  if (!request.verify)
    throw new BadInput('verify() attempts the trained tasks again, and only a round can do that: take it out of the schedule here')
  const started = performance.now()
  const { dataset, ...counts } = await request.verify(model, name)
  return { figures: { stage: 'verify', seconds: (performance.now() - started) / 1000, ...counts }, model, verified: dataset }
}

/** The last stage's weights where a candidate's are. Those of the stages stay until the round is over: doing this again changes nothing. */
function settle(model: Model, { base, folder, dataset }: TrainRequest): Model {
  const kind = model.adapter === null ? 'path' : 'adapter'
  const made = model[kind] as string
  for (const file of [basename(made), 'metrics.jsonl', 'moments.gguf'])
    if (existsSync(join(made, '..', file))) copyFileSync(join(made, '..', file), join(folder, file))
  return { ...model, [kind]: join(folder, basename(made)), parent: base.id, dataset: dataset.id }
}
