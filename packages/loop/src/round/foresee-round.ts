import { existsSync, readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Model } from '@whetstone/core'
import { openRun, runNames, type Plan, type RoundReader, type RunReader } from '@whetstone/runs'
import { samplingOfPlan, secondsEach } from '@whetstone/attempts/show-plan.ts'
import { median } from '@whetstone/statistics/median.ts'

/** What a round will take, about. */
export type Foreseen = NonNullable<Plan['foreseen']>
/** What is known before it. */
export type Ahead = {
  run: string
  recipe: string
  model: Model
  /** Null where nothing is trained. */
  trainer: { epochs: number } | null
  /** Whether rows are made of right attempts alone. */
  right: boolean
  /** Share of the rows that older rounds give, where the harvest replays any. */
  replay: number
  /** Train attempts, those of all arms, and those of the watch for collapse. */
  train: number
  arms: number
  watch: number
  probe: Plan['probe']
}

/** A round with so many times fewer attempts, a smoke round say, says little of this one. */
const alike = 5
/** Steps of a training whose rate counts for others. */
const steady = 10
/** Rounds that are asked what they took, the newest: a machine's load changes. */
const asked = 3
/** Share of the train attempts that become rows where they must be right, as long as no round has told. */
const usual = 0.4
/** Operations a second of one core in the trainer, where this machine has not trained yet: measured on a quiet Zen 4, 1M and 20M parameters. */
const operations = 1e11
/** Seconds that a round takes beside all that is counted, where none has told yet: loading, harvest, report. */
const idle = 2
/** Rows on which sampler, trainer and what is served are held against each other after a training (parity-rows.ts), and bytes a second of weights that are read, written and hashed some six times: measured with 1M and 20M parameters. */
const parity = { rows: 64, bytes: 5e7 }
/** Bytes of a process of ours that runs a round, with the bank open, beside the tool that samples or trains. */
const node = 300e6

/**
 * Time (the probe's own with it), peak memory and disk of a round before it begins: sampling by the probe, training by the model's size and what the trainer did on this machine; all corrected by what rounds
 * of the same recipe took here, which know better from the second round on.
 */
export async function foreseeRound(ahead: Ahead): Promise<Foreseen> {
  const { recipe, run, model, trainer, train, arms, watch, probe } = ahead
  // another size of model takes another time
  const past = pastRounds(
    ({ reader, round }) =>
      round.recipe === recipe && sizeOf(reader) === model.parameters && alike * (round.cuts?.attempted ?? Infinity) >= train + arms,
  )
  const known = <K extends keyof Past>(key: K): number | null => median(past.flatMap((each) => each[key] ?? []))
  const attempts = train + arms
  const kept = train * (known('kept') ?? (ahead.right ? usual : 1))
  const older = openRun(run)
    .finished()
    .reduce((sum, { round }) => sum + round.harvest.kept, 0)
  const rows = kept + Math.min(older, (kept * ahead.replay) / Math.max(0.01, 1 - ahead.replay))
  const parameters = model.parameters ?? 0
  const tokens = (probe.tokens + (probe.promptTokens ?? 16 * probe.attempts)) / Math.max(1, probe.attempts)
  const speed = await machineOperations()
  const perRow = known('perRow') ?? (6 * parameters * tokens * (trainer?.epochs ?? 1)) / speed
  const bytes = model.path === null ? 0 : (statSync(model.path, { throwIfNoEntry: false })?.size ?? 0)
  const full = parameters < 100e6
  return {
    sampling: samplingOfPlan(probe, { train, arms }) * (known('correction') ?? 1),
    training: trainer ? rows * perRow : 0,
    rest:
      probe.seconds +
      secondsEach(probe.ungraded ?? probe) * watch * (known('watched') ?? 1) +
      (known('rest') ??
        idle + (trainer ? (4 * parameters * tokens * Math.min(parity.rows, rows)) / speed + (4 * parameters) / parity.bytes : 0)),
    // weights, gradients and two moments in 32 bits below 100M parameters; adapters need little beside the weights
    memory: node + bytes + (trainer ? (full ? 16 * parameters : 0.4 * bytes) + 60e6 : 60e6),
    disk: attempts * (known('bytesPerAttempt') ?? 1700) + (trainer ? (full ? 4 * parameters : 0.02 * bytes) : 0),
    rounds: past.length,
    attempts,
    watch,
  }
}

/** Parameters of the model that a round was about. */
const sizeOf = (reader: RoundReader): number | null => (reader.candidate() ?? openRun(reader.run).incumbent()?.model)?.parameters ?? null

/** What a past round took, of what its probe and its plan had said; null where it does not tell. */
type Past = Record<'correction' | 'watched' | 'kept' | 'perRow' | 'rest' | 'bytesPerAttempt', number | null>

/** The newest finished rounds of this machine's runs that are meant. */
function newest(meant: (finished: ReturnType<RunReader['finished']>[number]) => boolean) {
  const found = runNames().flatMap((name) => {
    try {
      return openRun(name).finished().filter(meant)
    } catch {
      return [] // a foreign run tells nothing
    }
  })
  return found
    .map((each) => ({ ...each, at: statSync(each.reader.files.round, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.at - a.at)
    .slice(0, asked)
}

/** What the last rounds of a recipe took. */
function pastRounds(meant: Parameters<typeof newest>[0]): Past[] {
  return newest(meant).map(({ reader, round }) => {
    const plan = reader.step('plan')
    const seconds = reader.seconds()
    const sampling = (seconds.traces ?? 0) + (seconds.arms ?? 0)
    const rows = round.harvest.kept + round.harvest.replayed
    const attempts = round.cuts?.attempted ?? 0
    const expected = plan?.foreseen?.attempts ?? attempts
    const planned = plan ? samplingOfPlan(plan.probe, { train: plan.train, arms: Math.max(0, expected - plan.train) }) : 0
    const probed = plan ? secondsEach(plan.probe.ungraded ?? plan.probe) : 0
    const watch = plan?.foreseen?.watch ?? 0
    return {
      correction: planned > 0 && sampling > 0 ? sampling / planned : null,
      watched: probed > 0 && watch > 0 && seconds.monitor !== undefined ? seconds.monitor / watch / probed : null,
      kept: round.harvest.attempted > 0 ? round.harvest.kept / round.harvest.attempted : null,
      perRow: round.training && rows > 0 ? round.training.seconds / rows : null,
      rest: Math.max(
        0,
        round.cost.seconds -
          sampling -
          (round.training?.seconds ?? 0) -
          (plan?.probe.seconds ?? 0) -
          (watch > 0 ? (seconds.monitor ?? 0) : 0),
      ),
      bytesPerAttempt: attempts > 0 ? bytesOf(reader) / attempts : null,
    }
  })
}

/** Operations a second that the trainer came to on this machine, by its own measurements of the last rounds of any recipe. */
async function machineOperations(): Promise<number> {
  const measured: number[] = []
  for (const { reader } of newest(({ round }) => round.training !== null)) {
    const parameters = reader.candidate()?.parameters ?? 0
    const rates: number[] = []
    try {
      for await (const { tokens_per_second: rate } of reader.metrics()) if (typeof rate === 'number' && rate > 0) rates.push(rate)
    } catch {
      // what came before is enough
    }
    const usualRate = median(rates)
    // some steps alone are no steady rate
    if (usualRate !== null && parameters > 0 && rates.length >= steady) measured.push(6 * parameters * usualRate)
  }
  return median(measured) ?? operations * availableParallelism()
}

/** Bytes of what a round left beside its weights. */
const bytesOf = ({ files }: RoundReader): number =>
  [files.dataset, files.report, files.steps].reduce((sum, folder) => sum + bytesIn(folder), 0)
const bytesIn = (folder: string): number =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).reduce(
        (sum, entry) => sum + (entry.isFile() ? (statSync(join(folder, entry.name), { throwIfNoEntry: false })?.size ?? 0) : 0),
        0,
      )
    : 0
