import { readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { openRun, runNames, type Plan, type RoundReader } from '@whetstone/runs'

/** What a round will take, about. */
export type Foreseen = NonNullable<Plan['foreseen']>
/** What is known before it. */
export type Ahead = {
  recipe: string
  model: Model
  trains: boolean
  /** Train attempts, and those of all arms. */
  train: number
  arms: number
  probe: Plan['probe']
  /** By the probe alone. */
  samplingSeconds: number
}

/** Rounds of the same recipe that are asked what they took, the newest. */
const asked = 5
/** Share of the train attempts that become training rows where no round has told yet. */
const usual = 0.5
/** Operations a second of one core in the trainer, where no round has told yet: measured on Zen 4, small models. */
const operations = 4e10
/** Passes over the rows, where no round has told yet. */
const passes = 4

/**
 * Time, peak memory and disk of a round before it begins: sampling by the probe, training by the model's size; both corrected by what rounds of the same recipe took on this machine before, which know better
 * from the second round on.
 */
export function foreseeRound({ recipe, model, trains, train, arms, probe, samplingSeconds }: Ahead): Foreseen {
  const past = pastRounds(recipe)
  const correction = median(past.flatMap(({ correction: of }) => of ?? [])) ?? 1
  const rows = train * (median(past.flatMap(({ kept }) => kept ?? [])) ?? usual)
  const parameters = model.parameters ?? 0
  const tokens = probe.tokens / Math.max(1, probe.attempts) + 16
  const perRow =
    median(past.flatMap(({ perRow: of }) => of ?? [])) ?? (6 * parameters * tokens * passes) / (operations * availableParallelism())
  const bytes = model.path === null ? 0 : (statSync(model.path, { throwIfNoEntry: false })?.size ?? 0)
  const perAttempt = median(past.flatMap(({ bytesPerAttempt }) => bytesPerAttempt ?? [])) ?? 1500
  return {
    sampling: samplingSeconds * correction,
    training: trains ? rows * perRow : 0,
    // weights, gradients and two moments in 32 bits below 100M parameters; adapters need little beside the weights
    memory: bytes + (trains ? (parameters < 100e6 ? 16 * parameters : 0.4 * bytes) + 80e6 : 60e6),
    disk: (train + arms) * perAttempt + (trains ? (parameters < 100e6 ? 4 * parameters : 0.02 * bytes) : 0),
    rounds: past.length,
  }
}

type Past = { correction: number | null; kept: number | null; perRow: number | null; bytesPerAttempt: number | null }

/** What the last rounds of a recipe took, on this machine's runs. */
function pastRounds(recipe: string): Past[] {
  const found = runNames().flatMap((name) => {
    try {
      return openRun(name)
        .finished()
        .filter(({ round }) => round.recipe === recipe)
    } catch {
      return [] // a foreign run tells nothing
    }
  })
  const newest = found
    .map((each) => ({ ...each, at: statSync(each.reader.files.round, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.at - a.at)
  return newest.slice(0, asked).map(({ reader, round }) => {
    const plan = reader.step('plan')
    const seconds = reader.seconds()
    const sampling = (seconds.traces ?? 0) + (seconds.arms ?? 0)
    const rows = round.harvest.kept + round.harvest.replayed
    const attempts = round.cuts?.attempted ?? 0
    return {
      correction: plan && plan.samplingSeconds > 0 && sampling > 0 ? sampling / plan.samplingSeconds : null,
      kept: round.harvest.attempted > 0 ? rows / round.harvest.attempted : null,
      perRow: round.training && rows > 0 ? round.training.seconds / rows : null,
      bytesPerAttempt: attempts > 0 ? bytesOf(reader) / attempts : null,
    }
  })
}

/** Bytes of what a round left beside its weights. */
const bytesOf = (reader: RoundReader): number =>
  readdirSync(reader.files.dataset, { withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? (statSync(join(reader.files.dataset, entry.name), { throwIfNoEntry: false })?.size ?? 0) : 0),
    0,
  )

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
