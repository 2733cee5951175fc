import { existsSync, rmSync } from 'node:fs'
import type { Model, Trace, Trainer, Training, TrainRequest } from '@whetstone/core'
import { BadInput, deriveSeed, MicroRound, Model as ModelSchema, readJson, reread, toRecord, writeJson } from '@whetstone/core'
import type { TrainAttempts } from '@whetstone/runs'
import { openRun } from '@whetstone/runs'
import { unfoldRewrites } from '@whetstone/harvest'
import { z } from 'zod'
import type { Micro } from '@whetstone/recipe/micro.ts'
import type { Course } from '@whetstone/recipe/recipe.ts'
import { filterMicro } from '../round/harvest-round.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'
import { tallyTrain } from '@whetstone/attempts/tally-train.ts'
import { attemptMicro, drawMicro, type MicroStep } from './attempt-micro.ts'
import { drawRows } from './draw-rows.ts'
import { microPools, settlingPools, type Climb } from './micro-pools.ts'
import { lowestUnsolved, windowAt, windowUpTo } from './micro-window.ts'
import { countTokens, scaleSettling, settlingTokens } from './settling-tokens.ts'
import { settleCandidate, trainMicro } from './train-micro.ts'

/** What a finished micro-round left. */
const Done = z.object({ fingerprint: z.string(), figures: MicroRound, model: ModelSchema })

/** Attempts that rows may be drawn from, and how they went. */
type Fresh = Pick<MicroRound, 'attempted' | 'passed' | 'tokens' | 'rates'> & { kept: Trace[] }

export type MicroRequest = Pick<TrainRequest, 'base' | 'parity'> & {
  micro: Micro
  trainer: Trainer
  train: TrainAttempts
  /** Of all that decides what the micro-rounds make. */
  fingerprint: string
}

/**
 * Trains several times between two gates. Each micro-round attempts fresh train tasks with the model that the one before left (the first takes
 * the attempts that the round began with): at the lowest unsolved levels of the climbed course, where whatever passes is learned from and the
 * window moves on once its lowest level is solved; at solved levels, which are met again so that they are not forgotten; and at the other
 * courses. Rows are drawn from these and, for the unsolved levels, from those of earlier micro-rounds that may still serve. Each is done once: a
 * round that was stopped goes on in the middle. The candidate is the last model, or the mean of the last few.
 */
export async function runMicro(
  context: RoundContext,
  { micro, trainer, train, base, parity, fingerprint }: MicroRequest,
): Promise<(Training & { micro: MicroRound[] }) | null> {
  const { recipe, files, seed, round } = context
  if (context.teacher)
    throw new BadInput(`recipe ${recipe.name}: in micro-rounds the model in training attempts: leave --endpoint and roles.attempts out`)
  const course = recipe.courses.find(({ levels }) => levels) ?? null
  const used = new Map<string, number>()
  const figures: MicroRound[] = []
  const models: { name: string; model: Model }[] = []
  let earlier: Trace[] = []
  let lowest = firstUnsolved(course, train)
  const budget = micro.tokens ?? Infinity
  // tokens attempted and trained on, in all and by the last micro-round, and those that settling will take
  let [spent, last, ahead] = [0, 0, 0]
  for (let number = 1, settled = false; !settled; number++) {
    const enough = number > micro.rounds || (number > 1 && spent + last + Math.min(ahead, budget / 2) > budget)
    const settle = enough && micro.settle ? scaleSettling(micro.settle, (budget - spent) / ahead) : null
    if (enough && !settle) break
    settled = enough
    const step: MicroStep = { micro: number, name: String(number).padStart(2, '0'), model: models.at(-1)?.model ?? base }
    const started = performance.now()
    const fresh =
      number === 1 && !settle ? await firstAttempts(context, train) : await attemptFresh(context, step, { course, lowest, micro, settle })
    if (course)
      lowest = lowestUnsolved(
        fresh.rates.filter(({ taskset }) => taskset === course.taskset.name),
        lowest,
        micro.solved,
      )
    const climb: Climb = course && { taskset: course.taskset.name, lowest }
    const pools = settle
      ? settlingPools(fresh.kept, micro, climb)
      : microPools({ fresh: fresh.kept, earlier, rates: fresh.rates, climb }, micro)
    const rows = drawRows(pools, {
      count: settle?.rows ?? micro.rows,
      visits: settle?.visits ?? micro.visits,
      used,
      seed: deriveSeed(seed, 'micro', round, number),
    })
    earlier = [...fresh.kept, ...earlier].filter(
      ({ id, taskset }) => taskset === course?.taskset.name && (used.get(id) ?? 0) < micro.visits,
    )
    if (rows.length === 0) continue
    last = fresh.tokens.prompt + fresh.tokens.completion + countTokens(rows)
    spent += last
    ahead = settlingTokens(fresh.kept, { micro, climb })
    const seconds = (performance.now() - started) / 1000
    const before = readDone(files.micro(step.name).record, { run: context.run, round, fingerprint })
    if (before) {
      figures.push(before.figures)
      models.push({ name: step.name, model: before.model })
      continue
    }
    const { model, ...training } = await trainMicro(context, step, {
      rows,
      trainer: settle?.trainer ?? trainer,
      parity: (settle ? settled : number === micro.rounds) && micro.average === 1 ? parity : undefined,
    })
    const own: MicroRound = {
      micro: number,
      model: model.id,
      window: course && [settle ? (course.levels?.from ?? lowest) : lowest, settle ? lowest : lowest + micro.above - 1],
      rates: fresh.rates,
      attempted: fresh.attempted,
      passed: fresh.passed,
      tokens: fresh.tokens,
      rows: rows.length,
      steps: training.steps,
      finalLoss: training.finalLoss,
      seconds: { attempt: seconds, train: training.seconds },
    }
    writeJson(files.micro(step.name).record, toRecord({ fingerprint, figures: own, model }))
    figures.push(own)
    models.push({ name: step.name, model })
    // weights that neither the next micro-round nor the mean asks for
    const past = models.at(-1 - Math.max(1, micro.average))
    if (past) rmSync(files.micro(past.name).checkpoint, { recursive: true, force: true })
  }
  if (figures.length === 0) return null
  const candidate = await settleCandidate(context, { models: models.slice(-micro.average).map(({ model }) => model), base })
  const sum = (of: (each: MicroRound) => number) => figures.reduce((total, each) => total + of(each), 0)
  return {
    model: candidate,
    steps: sum(({ steps }) => steps),
    seconds: sum(({ seconds }) => seconds.train),
    finalLoss: figures.at(-1)?.finalLoss ?? 0,
    micro: figures,
  }
}

/** The lowest unsolved level as the round's own attempts say; 0 where nothing is climbed. */
function firstUnsolved(course: Course | null, { frontier, rates }: TrainAttempts): number {
  if (!course) return 0
  if (frontier?.taskset === course.taskset.name) return frontier.level
  return Math.max(course.levels?.from ?? 1, ...rates.filter(({ taskset }) => taskset === course.taskset.name).map(({ level }) => level + 1))
}

/** The attempts that the round began with; its report counts them already. */
async function firstAttempts(context: RoundContext, train: TrainAttempts): Promise<Fresh> {
  const traces = openRun(context.run).round(context.round).traces
  const kept = await Array.fromAsync(
    await filterMicro(
      context,
      reread(() => unfoldRewrites(traces.rows())),
    ),
  )
  return { kept, rates: train.rates, attempted: 0, passed: 0, tokens: { prompt: 0, completion: 0 } }
}

async function attemptFresh(
  context: RoundContext,
  step: MicroStep,
  { course, lowest, micro, settle }: { course: Course | null; lowest: number; micro: Micro; settle: Micro['settle'] },
): Promise<Fresh> {
  const from = course?.levels?.from ?? 1
  const window = settle ? windowUpTo(lowest, { from }) : windowAt(lowest, { from, above: micro.above })
  const counts = {
    above: settle ? Math.ceil(settle.attempts / window.above.length) : micro.each,
    below: micro.replay,
    others: micro.others.each,
  }
  const groups = await drawMicro(context, { micro: step.micro, windows: new Map(course ? [[course, window]] : []), counts })
  const traces = await attemptMicro(context, step, { groups, samples: 1, temperature: micro.temperature, file: 'traces' })
  const tally = tallyTrain(context.files.micro(step.name).traces)
  const rates = await tally.rates()
  const counted = { ...tally.counts() }
  const kept = await Array.fromAsync(await filterMicro(context, traces))
  if (settle && settle.resample > 0) {
    const passed = new Set<string>()
    for await (const { task, grade } of traces) if (grade.passed) passed.add(task)
    const failed = groups.flat().filter(({ id }) => !passed.has(id))
    const again = await attemptMicro(context, step, { groups: [failed], samples: settle.resample, temperature: 1, file: 'again' })
    // one rescued answer a task, or lucky tasks would fill the rows
    const rescued = new Map<string, Trace>()
    for await (const trace of await filterMicro(context, again)) if (!rescued.has(trace.task)) rescued.set(trace.task, trace)
    kept.push(...rescued.values())
    const more = tallyTrain(context.files.micro(step.name).again)
    await more.rates()
    const { attempted, passed: rescues, tokens } = more.counts()
    counted.attempted += attempted
    counted.passed += rescues
    counted.tokens = { prompt: counted.tokens.prompt + tokens.prompt, completion: counted.tokens.completion + tokens.completion }
  }
  return { kept, rates, attempted: counted.attempted, passed: counted.passed, tokens: counted.tokens }
}

/** What a micro-round left that was finished before; refused where other inputs made it. */
function readDone(
  file: string,
  { run, round, fingerprint }: { run: string; round: number; fingerprint: string },
): z.infer<typeof Done> | null {
  if (!existsSync(file)) return null
  const done = readJson(file, Done)
  if (done.fingerprint === fingerprint) return done
  throw new BadInput(
    `Round ${round} of run ${run} did its micro-rounds with other inputs: do them again with --redo-from=candidate, or start afresh with --run=NEW_NAME`,
  )
}
