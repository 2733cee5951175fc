import { existsSync, mkdirSync } from 'node:fs'
import { BadInput, hash, readJson, taskHash, writeRows, type Round, type Task } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import { openBank } from '@whetstone/memory'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { modelsOf, type Roles } from '@whetstone/recipe/models-of.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { commonSetFiles, Incumbent, roundFiles, runFiles, writeCommonSet, type CommonSet } from '@whetstone/runs'
import { graderVersion, trainedOn } from './freeze-tasks.ts'
import { showMemories } from './show-memories.ts'

export type AttemptCommon = {
  recipe: Recipe
  roles?: Roles
  /** Rounds that are compared; what each left to be served attempts the tasks. */
  rounds: readonly Round[]
  /** Tasks a level (default: the recipe's validation tasks). */
  tasks?: number | undefined
  threads?: number | undefined
  signal: AbortSignal
}

/**
 * Draws held-out tasks (test split: no gate has seen them) on the levels that all rounds measured, leaves out what any of the runs was trained
 * on, and lets what each round left to be served attempt them as arms do. Attempts are kept by what decides them, so that the same comparison
 * again attempts nothing.
 */
export async function attemptCommon({
  recipe: given,
  roles = {},
  rounds,
  tasks: most,
  threads,
  signal,
}: AttemptCommon): Promise<CommonSet> {
  const seed = (rounds[0] as Round).seed
  const recipe: Recipe = { ...given, settings: { ...given.settings, seed } }
  const { groups, left } = await drawCommon(recipe, rounds, most)
  if (groups.length === 0) throw new BadInput('the rounds measured no level in common')
  const key = hash([describeRecipe(recipe), seed, groups.map((tasks) => tasks.map((task) => [task.id, taskHash(task)]))]).slice(0, 16)
  const files = commonSetFiles(key)
  mkdirSync(files.folder, { recursive: true })
  const frozen = groups.flat().map((task) => ({ ...task, hash: taskHash(task), grader: graderVersion(recipe, task.taskset) }))
  await writeRows(files.tasks, frozen)
  const sides: CommonSet['sides'] = []
  for (const round of rounds) {
    const { model, bank } = servedAfter(round)
    const tag = recipe.memory?.deploy ? bank : null
    const traces = files.traces(hash([model.id, tag === null ? null : [round.run, tag]]).slice(0, 12))
    await using embedder = tag !== null && recipe.memory ? await recipe.memory.embedder.open({ gpu: recipe.settings.gpu, signal }) : null
    await using store =
      tag !== null && embedder
        ? await openBank({ uri: runFiles(round.run).bank, embedder, tag, minSimilarity: recipe.memory?.threshold })
        : null
    await collect({
      run: 'compare',
      round: 0,
      arm: 'common',
      policy: { model: model.id, bank: tag },
      groups: groups.map((tasks) => ({ tasks, samples: recipe.settings.evalSamples })),
      seed,
      ...attemptPolicy(recipe, modelsOf(recipe, roles, { threads, signal, logFile: files.log }), {
        role: 'incumbent',
        model,
        train: false,
      }),
      show: showMemories(recipe, store, { seed, holdout: false, evaluation: true }),
      file: traces,
      label: `common tasks: ${round.run} after round ${round.round}`,
      signal,
    })
    sides.push({ run: round.run, round: round.round, model: model.id, bank: tag, traces })
  }
  const drawn = groups.map((tasks) => ({ taskset: (tasks[0] as Task).taskset, level: (tasks[0] as Task).level, n: tasks.length }))
  const set: CommonSet = {
    key,
    recipe: recipe.name,
    seed,
    split: 'test',
    drawn,
    trainedOn: left,
    sides,
    createdAt: new Date().toISOString(),
  }
  writeCommonSet(set)
  return set
}

/** What a round left to be served. */
function servedAfter({ run, round }: Round): Incumbent {
  const { served } = roundFiles(run, round)
  if (!existsSync(served)) throw new BadInput(`${served} is not there: what round ${round} of run ${run} left to be served is not kept`)
  const incumbent = readJson(served, Incumbent)
  if (incumbent.model.path !== null && !existsSync(incumbent.model.path))
    throw new BadInput(`${incumbent.model.path} is not there: the weights that round ${round} of run ${run} served are gone`)
  return incumbent
}

async function drawCommon({ courses, settings: { seed } }: Recipe, rounds: readonly Round[], most?: number) {
  const trained = await Promise.all(rounds.map(trainedOn))
  const groups: Task[][] = []
  let left = 0
  for (const { taskset, validation } of courses) {
    const measured = rounds.map(
      ({ evaluations }) => new Set(evaluations.filter((each) => each.taskset === taskset.name).map(({ level }) => level)),
    )
    const levels = [...(measured[0] as Set<number>)].filter((level) => measured.every((of) => of.has(level))).sort((a, b) => a - b)
    if (levels.length === 0) continue
    const tasks = await taskset.load({ split: 'test', seed, round: 0, limit: most ?? validation, levels })
    const unseen = tasks.filter((task) => !trained.some((by) => by(task)))
    left += tasks.length - unseen.length
    for (const own of Map.groupBy(unseen, ({ level }) => level).values()) groups.push(own)
  }
  return { groups, left }
}
