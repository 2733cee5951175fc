import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Memory, Model, Recalled, Rows, Solver, Task, Taskset, Trace } from '@whetstone/core'
import {
  BadInput,
  canonicalJson,
  dataRoot,
  deriveSeed,
  hash,
  Memory as MemorySchema,
  readJson,
  readRows,
  reread,
  writeJson,
  writeRows,
  range,
} from '@whetstone/core'
import { audit, memoryText, openBank, type Leak } from '@whetstone/memory'
import { z } from 'zod'
import { lockRun, Phase1Summary, runFiles } from '@whetstone/runs'
import { taskContents } from '@whetstone/attempts/freeze-tasks.ts'
import { stepSources } from '@whetstone/attempts/step-sources.ts'
import { toolStamp } from '@whetstone/native'
import { attemptPhase1, type Phase1Arm, type Phase1Work } from './phase1-attempts.ts'
import { buildPhase1Bank, shares, shareTag, type Share } from './phase1-bank.ts'
import { controlDraw } from './control-draw.ts'
import { compareArms, summarizeArm } from './summarize-phase1.ts'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { modelsOf, type Roles } from '@whetstone/recipe/models-of.ts'
import { samplingOf, type Course, type Recipe } from '@whetstone/recipe/recipe.ts'

export type Phase1Options = {
  recipe: Recipe
  run: string
  base: Model
  /** Tasksets of the recipe: where the bank is learned, and where it is tested (default: the recipe's first, both). */
  bankFrom?: string
  testOn?: string | undefined
  /** Test tasks (a level); default: as many as the course's validation tasks. */
  tasks?: number
  k?: number
  /** Shares of the bank on the scaling curve beside the whole. */
  sizes?: readonly Share[]
  /** Do everything again. */
  redo: boolean
  threads?: number
  roles?: Roles
  /** Makes the train attempts where the test attempts are to stay the recipe's own. */
  learning?: Solver | undefined
  signal: AbortSignal
  /** Writes and shows what came out. */
  report: (result: Phase1Result) => Promise<void>
}

/** An arm's attempts, and whether it recalled memories for its tasks (the bare arm shows none, the control draws them at random). */
export type Phase1Attempts = { arm: string; recalls: boolean; traces: Rows<Trace> }

/** What phase 1 measured, down to each trial, and the folder where its report belongs. */
export type Phase1Result = {
  folder: string
  summary: Phase1Summary
  arms: readonly Phase1Attempts[]
  /** By task id: what the guarded bank recalled, and what the leak guard blocked. */
  recalled: ReadonlyMap<string, Recalled>
  leaks: readonly Leak[]
}

const Plan = z.object({ fingerprint: z.string(), plan: z.unknown() })

/**
 * Phase 1: does memory help a frozen model? Learns a bank from train attempts, then attempts the same test tasks with the same seeds bare, with recalled memories, and with random memories of the same length; and
 * with an eighth, a quarter and half of the bank. Every attempt is kept, so a stopped phase goes on where it was.
 */
export async function phase1(options: Phase1Options): Promise<Phase1Summary> {
  const started = performance.now()
  const { recipe, run, base, signal } = options
  const { memory, settings } = recipe
  if (!memory) throw new BadInput(`Recipe ${recipe.name} has no memory: phase 1 has nothing to measure`)
  using _lock = lockRun(run)
  const [learn, tested] = [course(recipe, options.bankFrom), course(recipe, options.testOn ?? options.bankFrom)]
  const { seed } = settings
  const k = options.k ?? memory.k
  const folders = runFiles(run).phase1
  const work: Phase1Work = {
    recipe,
    run,
    seed,
    base,
    signal,
    learning: options.learning,
    folder: folders.traces,
    models: modelsOf(recipe, options.roles ?? {}, { threads: options.threads, signal, logFile: join(folders.report, 'sample.log') }),
  }

  const load = (from: Course, split: 'train' | 'test', limit: number) =>
    from.taskset.load({ split, seed, round: 1, limit, levels: from.levels ? range(from.levels.from, from.levels.frontier) : undefined })
  const trainTasks = await load(learn, 'train', learn.train)
  const testTasks = await load(tested, 'test', options.tasks ?? tested.validation)
  if (trainTasks.length === 0 || testTasks.length === 0)
    throw new BadInput(
      `${(trainTasks.length === 0 ? learn : tested).taskset.name} has no ${trainTasks.length === 0 ? 'train' : 'test'} tasks: name another taskset with --bank-from or --test-on`,
    )

  // Nothing is written before the data has been found.
  checkPlan(folders, options, {
    recipe: describeRecipe(recipe),
    ...(options.learning ? { learning: options.learning.name } : {}),
    model: base.id,
    seed,
    k,
    bankFrom: learn.taskset.name,
    testOn: tested.taskset.name,
    tasks: options.tasks ?? null,
    tools: toolStamp(),
    contents: await taskContents({ courses: [learn, tested] }),
    sources: stepSources(recipe, 'attempt', ['packages/studies/src/phase1/phase1.ts']),
  })

  // An embedder that cannot be had is found before hours of sampling.
  await using embedder = await memory.embedder.open({ gpu: settings.gpu, signal })
  const bare = () => []
  const train = await attemptPhase1(work, {
    name: 'train',
    bank: null,
    label: 'train attempts',
    taskset: learn.taskset,
    tasks: trainTasks,
    samples: learn.samples ?? settings.samples,
    sampling: samplingOf(recipe, 'train'),
    train: true,
    memories: bare,
  })
  const memories = await reflectOnce(work, join(folders.traces, 'memories.jsonl'), train.traces)
  const bank = await buildPhase1Bank(memories, { uri: folders.bank, embedder, seed })

  /** What a share of the bank recalls for every test task; without the answer the guard's answer rule is off. */
  const recallAll = async (share: Share, withAnswer: boolean) => {
    await using opened = await openBank({
      uri: folders.bank,
      embedder,
      tag: shareTag(share),
      minSimilarity: memory.threshold,
    })
    const recalled = await opened.recall(testTasks.map((task) => ({ task, k, answer: withAnswer ? task.reference : undefined })))
    return new Map(testTasks.map((task, index) => [task.id, recalled[index] as Recalled]))
  }
  const shownOf = (recalled: ReadonlyMap<string, Recalled>) => (task: Task) => recalled.get(task.id)?.memories ?? []
  const test = async (name: string, bankName: string | null, shown: Phase1Arm['memories'], tasks = testTasks) =>
    await attemptPhase1(work, {
      name,
      bank: bankName,
      label: name,
      taskset: tested.taskset,
      tasks,
      samples: settings.evalSamples,
      sampling: samplingOf(recipe, 'arms'),
      train: false,
      memories: shown,
    })

  const guarded = await recallAll('all', true)
  const baseline = await test('baseline', null, bare)
  const withMemory = await test('memory', 'all', shownOf(guarded))
  const draw = controlDraw({ items: bank.items, render: memory.render, seed })
  const control = await test('control', 'random', (task, sample) => draw(task, sample, shownOf(guarded)(task)))
  const curve: { share: Share; traces: Rows<Trace> }[] = []
  for (const share of (options.sizes ?? shares).filter((each) => each !== 'all'))
    curve.push({ share, traces: (await test(`memory-${share.replace('/', '-of-')}`, share, shownOf(await recallAll(share, true)))).traces })
  curve.push({ share: 'all', traces: withMemory.traces })

  // Only tasks from which the answer rule kept something can come out differently without it.
  const unguarded = await recallAll('all', false)
  const touched = testTasks.filter((task) => guarded.get(task.id)?.blocked.some(({ rule }) => rule === 'answer'))
  const freed =
    touched.length === 0 ? [] : (await test('memory-without-answer-rule', 'all, no answer rule', shownOf(unguarded), touched)).traces
  const touchedIds = new Set(touched.map(({ id }) => id))
  const withoutRule = await summarizeArm(
    reread(async function* () {
      for await (const trace of withMemory.traces) if (!touchedIds.has(trace.task)) yield trace
      yield* freed
    }),
  )
  const leaks = await audit(
    bank.items.map((item) => ({ id: item.id, text: memoryText(item), sourceTask: item.sourceTask, embedding: item.embedding })),
    testTasks,
    embedder,
  )

  const blocked = [...guarded.values()].flatMap((recalled) => recalled.blocked)
  const byRule = Object.fromEntries([...Map.groupBy(blocked, ({ rule }) => rule)].map(([rule, group]) => [rule, group.length]))
  const known = new Set<string>()
  let trainPassed = 0
  for await (const { id, grade } of train.traces) {
    known.add(id)
    if (grade.passed) trainPassed++
  }
  const versus = await compareArms(control.traces, withMemory.traces, deriveSeed(seed, 'phase1', 'test'))
  const compare = async (before: Rows<Trace>, after: Rows<Trace>) =>
    (await compareArms(before, after, deriveSeed(seed, 'phase1', 'test'))).comparison
  const bankSizes: Phase1Summary['bankSizes'] = []
  for (const { share, traces } of curve) {
    const { passed, accuracy, ci } = await summarizeArm(traces)
    bankSizes.push({ share, size: bank.sizes[share], passed, accuracy, ci })
  }
  const summary = Phase1Summary.parse({
    run,
    recipe: recipe.name,
    seed,
    model: base.id,
    bankFrom: learn.taskset.name,
    testedOn: tested.taskset.name,
    n: versus.n,
    clusters: versus.clusters,
    samples: settings.evalSamples,
    k,
    baseline: await summarizeArm(baseline.traces),
    memory: await summarizeArm(withMemory.traces),
    control: await summarizeArm(control.traces),
    memoryMinusControl: versus.comparison,
    memoryMinusBaseline: await compare(baseline.traces, withMemory.traces),
    controlMinusBaseline: await compare(baseline.traces, control.traces),
    wins: versus.wins,
    losses: versus.losses,
    pValue: versus.comparison.pValue,
    test: versus.test,
    minimumDetectableEffect: versus.minimumDetectableEffect,
    bankSizes,
    bank: {
      size: bank.items.length,
      successes: bank.items.filter(({ success }) => success).length,
      retired: bank.retired,
      trainAttempts: known.size,
      trainPassed,
      reachable: bank.items.filter(({ sourceTraces }) => sourceTraces.length > 0 && sourceTraces.every((id) => known.has(id))).length,
    },
    leaks: { blocked: byRule, byAnswerRule: byRule['answer'] ?? 0, accuracyWithoutAnswerRule: withoutRule.accuracy, audit: leaks.length },
    faults: [train, baseline, withMemory, control].reduce((sum, { faults }) => sum + faults.failed, 0),
    seconds: (performance.now() - started) / 1000,
  })
  await options.report({
    folder: folders.report,
    summary,
    arms: [
      { arm: 'baseline', recalls: false, traces: baseline.traces },
      { arm: 'memory', recalls: true, traces: withMemory.traces },
      { arm: 'control', recalls: false, traces: control.traces },
      ...curve.slice(0, -1).map(({ share, traces }) => ({ arm: `memory ${share}`, recalls: true, traces })),
      { arm: 'memory without answer rule', recalls: true, traces: freed },
    ],
    recalled: guarded,
    leaks,
  })
  return summary
}

function course(recipe: Recipe, name: string | undefined): Course {
  const found = name === undefined ? recipe.courses[0] : recipe.courses.find(({ taskset }) => taskset.name === name)
  if (!found)
    throw new BadInput(
      `Recipe ${recipe.name} has no taskset "${name}". Tasksets: ${recipe.courses.map(({ taskset }) => (taskset as Taskset).name).join(', ')}`,
    )
  return found
}

/** Attempts that are there were made to this plan, or are refused: mixing two plans in one result would be worth nothing. */
function checkPlan(folders: { traces: string; bank: string; report: string }, { run, redo }: Phase1Options, plan: unknown): void {
  const file = join(folders.traces, 'plan.json')
  if (redo) for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true })
  const fingerprint = hash(canonicalJson(plan))
  if (existsSync(file) && readJson(file, Plan).fingerprint !== fingerprint)
    throw new BadInput(
      `Phase 1 of run ${run} was begun with other settings (${relative(dataRoot, file)}): do it again with --redo, or take another name with --run=NAME`,
    )
  mkdirSync(folders.report, { recursive: true })
  if (!existsSync(file)) writeJson(file, { fingerprint, plan })
}

/** Reflection is done once and kept: a model that reflects costs as much as one that solves. */
async function reflectOnce({ recipe, seed, base, models, signal }: Phase1Work, file: string, traces: Rows<Trace>): Promise<Memory[]> {
  if (existsSync(file)) return Array.fromAsync(readRows(file, MemorySchema))
  const memories =
    (await recipe.memory?.reflector.reflect(traces, {
      createdAt: new Date().toISOString(),
      open: () => models.open('reflector', base),
      seed: deriveSeed(seed, 'phase1', 'reflect'),
      signal,
    })) ?? []
  await writeRows(file, memories)
  return memories
}
