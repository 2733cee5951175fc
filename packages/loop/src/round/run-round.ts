import type { MicroRound, Model, Round, Training } from '@whetstone/core'
import { deriveSeed, hash, Monitored, readJson, toRecord, writeJson } from '@whetstone/core'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { attemptArms } from '@whetstone/attempts/attempt-arms.ts'
import { validationTasks } from '@whetstone/attempts/validation-tasks.ts'
import { attemptTrain, trainTasks } from '@whetstone/attempts/attempt-train.ts'
import { compareServed } from './compare-served.ts'
import { checkFrozen, taskContents } from '@whetstone/attempts/freeze-tasks.ts'
import { harvestRound } from './harvest-round.ts'
import { makeArtifact } from './make-artifact.ts'
import { writeParityRows } from './parity-rows.ts'
import { planRound } from './plan-round.ts'
import { countMicro } from '../micro/count-micro.ts'
import { runMicro } from '../micro/run-micro.ts'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { levelNamesOf } from '@whetstone/attempts/level-names.ts'
import { monitorRound } from '@whetstone/attempts/monitor-round.ts'
import { reflectRound } from './reflect-round.ts'
import { retestRound } from '@whetstone/attempts/retest-round.ts'
import { gateFile, stepSources } from '@whetstone/attempts/step-sources.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'
import { verifyTrained } from '@whetstone/attempts/verify-trained.ts'
import { Arms, Candidate, Decided, Harvest, Incumbent, looksBefore, Plan, Reflected, roundFiles, TrainAttempts } from '@whetstone/runs'
import { toolStamp } from '@whetstone/native'

/** What a round came to, and what it decided to serve. */
export type Finished = {
  round: Omit<Round, 'cost'>
  tokens: Round['cost']['tokens']
  arms: Arms
  candidate: Model | null
  train: TrainAttempts
  bank: string | null
}

/**
 * One round: attempt the train tasks, remember, harvest, train a candidate, measure it against the incumbent, decide.
 * Each step is done once and kept; a round that was stopped anywhere goes on from there.
 */
export async function runRound(context: RoundContext): Promise<Finished> {
  const { recipe, run, round, seed, incumbent, step, bank, files } = context
  const plan = describeRecipe(recipe)
  const given = {
    recipe: plan,
    seed,
    incumbent: incumbent.model.id,
    bank: incumbent.bank,
    teacher: context.teacher?.model.id ?? null,
    tools: toolStamp(),
    tasks: await taskContents(recipe),
  }
  await checkFrozen(context, (course, level) => trainTasks(context, course, level))

  const { judged } = await step('plan', Plan, given, () => planRound(context))

  const train = await step(
    'traces',
    TrainAttempts,
    { ...given, sources: stepSources(recipe, 'attempt', ['packages/attempts/src/attempt-train.ts']) },
    () => attemptTrain(context),
  )

  const memories = await step(
    'memories',
    Reflected,
    { train, sources: stepSources(recipe, 'reflect', ['packages/loop/src/round/reflect-round.ts']) },
    () => reflectRound(context),
  )

  const harvest = await step(
    'dataset',
    Harvest,
    { train, settings: plan, sources: stepSources(recipe, 'harvest', ['packages/loop/src/round/harvest-round.ts']) },
    () => harvestRound(context),
  )

  const from = recipe.settings.from === 'base' ? firstModel(run) : incumbent.model
  const training = {
    dataset: harvest.dataset.hash,
    base: from.id,
    trainer: plan['trainer'],
    serve: plan['serve'],
    tools: toolStamp(),
    sources: stepSources(recipe, 'train', [
      'packages/loop/src/round/make-artifact.ts',
      'packages/loop/src/round/compare-served.ts',
      'packages/attempts/src/verify-trained.ts',
    ]),
    micro: recipe.micro && {
      ...given,
      settings: plan,
      sources: stepSources(recipe, 'micro', ['packages/loop/src/micro/run-micro.ts', 'packages/loop/src/round/harvest-round.ts']),
    },
  }
  const candidate = await step('candidate', Candidate, training, async () => {
    const { trainer, micro } = recipe
    if (!trainer || (!micro && harvest.dataset.counts.examples === 0)) return null
    const base = { ...from, ...from.master }
    const parity = (await writeParityRows(context)) ? { rows: files.parity, trained: join(files.checkpoint, 'parity.jsonl') } : undefined
    const trained: (Training & { micro?: MicroRound[] }) | null = micro
      ? await runMicro(context, { micro, trainer, train, base, parity, fingerprint: hash(training) })
      : await trainer.train({
          base,
          parity,
          dataset: harvest.dataset,
          folder: files.checkpoint,
          seed: deriveSeed(seed, 'train', round),
          round,
          signal: context.signal,
          logFile: files.trainLog,
          threads: context.threads,
          gpu: recipe.settings.gpu,
          date: recipe.settings.date,
          verify: verifyTrained(context),
        })
    if (trained === null) return null
    const { model, own, ...figures } = trained
    const made = await makeArtifact(context, model)
    writeJson(files.candidate, toRecord(made))
    // the mean of several trainings is none that a trainer has looked at
    const compared = parity && existsSync(parity.trained)
    return {
      model: made,
      training: { trainer: trainer.name, ...figures },
      // where training begins at the base, the attempts were another model's
      parity: compared
        ? { own: from.id === incumbent.model.id ? (own ?? null) : null, served: await compareServed(context, made, parity.trained) }
        : null,
    }
  })
  const micro = countMicro(candidate?.training.micro ?? [])
  const verified = (candidate?.training.stages ?? []).map(({ tokens }) => tokens ?? { prompt: 0, completion: 0 })
  const between = (kind: 'prompt' | 'completion') => micro.tokens[kind] + verified.reduce((sum, each) => sum + each[kind], 0)

  const looks = looksBefore(run, round)
  const arms = await step(
    'arms',
    Arms,
    {
      ...given,
      candidate: candidate?.model.id ?? null,
      bank: memories.tag,
      best: incumbent.best,
      // looks at this very round that were withdrawn: attempts stay what they are where only the decision is made again
      looks: looks.filter((look) => look.round !== round),
      sources: stepSources(recipe, 'attempt', ['packages/attempts/src/attempt-arms.ts', gateFile(recipe)]),
    },
    () => attemptArms(context, { candidate: candidate?.model ?? null, memories, train, looks }),
  )

  const { decision, retest } = await step(
    'decision',
    Decided,
    { arms, looks, sources: stepSources(recipe, 'decide', ['packages/attempts/src/retest-round.ts', gateFile(recipe)]) },
    async () => ({
      decision: {
        ...recipe.gate.decide({
          evaluations: arms.evaluations,
          references: arms.references,
          frontier: arms.levels,
          memory: Boolean(bank && recipe.memory?.deploy),
          bank: arms.bank,
          looks,
          stopped: arms.stopped,
          seed: deriveSeed(seed, 'gate', round),
        }),
        spread: arms.spread,
      },
      retest: await retestRound(context, candidate?.model ?? null, await validationTasks(context, train), arms),
    }),
  )

  const promoted = decision.promoted && candidate !== null
  const served = { model: promoted ? candidate.model : incumbent.model, bank: promoted && arms.reduced ? arms.reduced.tag : arms.served }
  const monitor = await step(
    'monitor',
    Monitored,
    { served: served.model.id, bank: served.bank, probe: recipe.settings.probe, traces: train },
    () => monitorRound(context, served),
  )

  const summary = ({ outcomes: _, ...rest }: Arms['evaluations'][number]) => rest
  return {
    candidate: candidate?.model ?? null,
    train,
    bank: served.bank,
    arms,
    tokens: {
      prompt: train.tokens.prompt + between('prompt') + arms.tokens.prompt,
      completion: train.tokens.completion + between('completion') + arms.tokens.completion,
    },
    round: {
      run,
      round,
      recipe: recipe.name,
      seed,
      frontier: train.frontier,
      incumbent: { id: incumbent.model.id },
      candidate: candidate && { id: candidate.model.id },
      served: { role: decision.promoted ? 'candidate' : 'incumbent', memory: Boolean(bank && recipe.memory?.deploy) },
      bank: {
        size: memories.size,
        added: memories.added,
        tag: memories.tag,
        kept: arms.bank?.kept ?? true,
        reduced: arms.reduced,
      },
      evaluations: arms.evaluations.map(summary),
      otherArms: [...arms.others, ...arms.references].map(summary),
      decision,
      monitor,
      retest,
      harvest: {
        attempted: train.attempted + micro.attempted,
        passed: train.passed + micro.passed,
        kept: harvest.kept,
        replayed: harvest.replayed,
        pairs: harvest.pairs,
        funnel: harvest.funnel,
      },
      judged,
      notes: train.notes,
      bucket: train.bucket,
      training: candidate?.training ?? null,
      parity: candidate?.parity ?? null,
      untrained: candidate ? null : whyUntrained(context),
      faults: {
        retried: train.faults.retried + arms.faults.retried,
        failed: train.faults.failed + arms.faults.failed,
        quarantined: train.faults.quarantined + arms.faults.quarantined,
      },
      ends: addCounts(train.ends, arms.ends),
      truncated: (train.truncated + arms.truncated) / Math.max(1, train.attempted + arms.attempted),
      cuts: {
        attempted: train.attempted + arms.attempted,
        truncated: train.truncated + arms.truncated,
        context: train.context + arms.context,
        undecided: train.undecided + arms.undecided,
      },
      levelNames: await levelNamesOf(recipe),
      looks: looks.length + 1,
    },
  }
}

const addCounts = (a: Record<string, number>, b: Record<string, number>) =>
  Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].sort().map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))

/** The run's first model, which a round may restart from. */
const firstModel = (run: string): Model => readJson(roundFiles(run, 0).served, Incumbent).model

function whyUntrained({ recipe, incumbent }: RoundContext): string {
  if (recipe.trainer) return 'nothing was trained: the harvest is empty'
  return incumbent.model.path === null
    ? 'nothing was trained: the weights are elsewhere (add --model=FILE.gguf to train)'
    : 'nothing was trained: the recipe has no trainer'
}
