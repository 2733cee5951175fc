import { existsSync, readdirSync } from 'node:fs'
import type { Model, Round } from '@whetstone/core'
import { BadInput } from '@whetstone/core'
import { openBank } from '@whetstone/memory'
import { finishRound } from './finish-round.ts'
import {
  bankTag,
  forgetFrom,
  lockRemoval,
  lockRun,
  looksBefore,
  readIncumbent,
  roundFiles,
  runFiles,
  stepNames,
  stepsIn,
  withdrawLooks,
  type StepName,
} from '@whetstone/runs'
import { findGarbage, removeGarbage } from '../gc-run.ts'
import { beginRun, recordRecipe } from './begin-run.ts'
import { checkTraining } from './check-training.ts'
import { claimBank } from './claim-bank.ts'
import { modelsOf, type Models, type Roles } from '@whetstone/recipe/models-of.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'
import { mirroring } from './mirror-run.ts'
import { runRound } from './run-round.ts'

export type CycleOptions = {
  recipe: Recipe
  run: string
  /** The model of round 1. */
  base: Model
  /** Models of the recipe's roles; `attempts` makes the train attempts. */
  roles?: Roles
  /** Rounds to do, the open one counted; or the round to reach. */
  until: { rounds: number } | { round: number }
  redoFrom?: string
  seedGiven: boolean
  /** Attempts that lie aside are made once more. */
  retryQuarantined?: boolean
  threads?: number
  signal: AbortSignal
  /** Writes the report of a decided round, before the run goes on. */
  report: (round: Round) => Promise<void>
  /** Called with each finished round. */
  finished: (round: Round) => void
  /** Says what there is to say where no round is to be done. */
  print: (text: string) => void
}

/** Task data that is missing, malformed or empty is found before the run leaves anything on disk. */
async function findTasks({ name, courses, settings: { seed } }: Recipe): Promise<void> {
  for (const split of ['train', 'validation'] as const) {
    const found = await Promise.all(courses.map(({ taskset }) => taskset.load({ split, seed, round: 1, limit: 1 })))
    if (found.every((tasks) => tasks.length === 0))
      throw new BadInput(
        `Recipe ${name} has no ${split} tasks in ${courses.map(({ taskset }) => taskset.name).join(', ')}: look at the data, and at --ids, --skip-ids and --range where they are given`,
      )
  }
}

/** Does rounds of one run, each in turn: finishes the open one, begins the next. */
export async function cycle(options: CycleOptions): Promise<Round[]> {
  const { run, signal } = options
  if (options.redoFrom !== undefined) checkOpen(run)
  await findTasks(options.recipe)
  const from = options.recipe.settings.from === 'base' ? null : readIncumbent(run)?.model
  checkTraining(options.recipe, from ? { ...from, ...from.master } : options.base)
  using _lock = lockRun(run)
  const claim = await claimBank(run, options.recipe.memory)
  let { record, incumbent } = beginRun(run, options.recipe, options.base, options.seedGiven)
  const recipe: Recipe = { ...options.recipe, settings: { ...options.recipe.settings, seed: record.seed } }
  const last = 'rounds' in options.until ? incumbent.round + options.until.rounds : options.until.round
  if (options.redoFrom !== undefined) redo(run, incumbent.round + 1, options.redoFrom, recipe)
  if (incumbent.round >= last) options.print(`Run ${run} has done ${incumbent.round} rounds: nothing to do up to round ${last}`)
  await using mirror = await mirroring(run, recipe.store, signal)
  // A round that was done when the store was down.
  if (recipe.store && incumbent.round > 0) await mirror.settle()
  const rounds: Round[] = []
  while (incumbent.round < last) {
    signal.throwIfAborted()
    await claim?.check()
    const round = incumbent.round + 1
    record = await recordRecipe(record, round, recipe)
    await using embedder = recipe.memory ? await recipe.memory.embedder.open({ gpu: recipe.settings.gpu, signal }) : null
    const openAt = (tag?: string) => openBank({ uri: runFiles(run).bank, embedder, tag, minSimilarity: recipe.memory?.threshold })
    await using bank = recipe.memory ? await openAt() : null
    if (bank && incumbent.round === 0 && !(await bank.tags()).some(({ name }) => name === bankTag(0))) await bank.tag(bankTag(0))
    const files = roundFiles(run, round)
    const models = modelsOf(recipe, options.roles ?? {}, {
      threads: options.threads,
      signal,
      logFile: files.sampleLog,
      spreadFile: files.spread,
    })
    const context: RoundContext = {
      recipe,
      run,
      round,
      seed: record.seed,
      incumbent,
      files,
      bank,
      bankAt: openAt,
      signal,
      report: options.report,
      step: stepsIn({ run, round }),
      models,
      teacher: teacherOf(options.roles, models),
      threads: options.threads,
      retryQuarantined: options.retryQuarantined,
    }
    // A round that was stopped before its memories were written has seen the bank of the last round only.
    if (bank && incumbent.bank && !existsSync(files.step('memories'))) await bank.rollback(incumbent.bank)
    const done = await finishRound(context, await runRound(context))
    await mirror.settle()
    rounds.push(done)
    if (recipe.settings.keep !== undefined) await removeGarbage(run, findGarbage(run, recipe.settings.keep))
    options.finished(done)
    if (recipe.settings.probe.stop && done.monitor?.regression && done.round < last) {
      options.print(
        `Run ${run} stops after round ${done.round}: ${done.monitor.regression}. Go back with loops:rollback --run=${run} --to=${done.round - 1}, or go on with the same command`,
      )
      break
    }
    incumbent = beginRun(run, recipe, options.base, false).incumbent
  }
  return rounds
}

/** Weights elsewhere that make the train attempts, so that those here learn from them. */
function teacherOf(roles: Roles = {}, models: Models): RoundContext['teacher'] {
  const played = roles['attempts']
  if (!played) return null
  if ('open' in played || played.model === null)
    throw new BadInput('roles.attempts must name a model of its own, or an endpoint: its attempts are told apart by it')
  const { model } = played
  return { model, open: () => models.open('attempts', model) }
}

/** Something can be done again only where a round is open: nothing is begun by it. */
function checkOpen(run: string): void {
  const done = readIncumbent(run)?.round ?? 0
  const files = roundFiles(run, done + 1)
  if (stepNames.some((name) => existsSync(files.step(name))) || existsSync(files.dataset)) return
  throw new BadInput(
    done === 0
      ? `Run ${run} has no open round: it has not begun. Leave --redo-from out`
      : `Run ${run} has no open round: round ${done} is finished, and a finished round is not done again. Leave --redo-from out to begin round ${done + 1}, or go back with loops:rollback --run=${run} --to=${done - 1}`,
  )
}

/** Forgets a step and what follows. A look at the validation data cannot be forgotten: where its attempts were made, it is spent. */
function redo(run: string, round: number, from: string, recipe: Recipe): void {
  if (!(stepNames as readonly string[]).includes(from)) throw new BadInput(`No step "${from}". Steps: ${stepNames.join(', ')}`)
  using _alone = lockRemoval(run)
  const files = roundFiles(run, round)
  const looked = existsSync(files.dataset) && readdirSync(files.dataset).some((file) => file.startsWith('validation-'))
  if (looked && stepNames.indexOf(from as StepName) <= stepNames.indexOf('decision')) {
    const before = looksBefore(run, round)
    withdrawLooks(run, { from: round, open: { round, alpha: recipe.gate.level(before), pValue: null, promoted: false, bank: null } })
  }
  forgetFrom(files, from as StepName)
}
