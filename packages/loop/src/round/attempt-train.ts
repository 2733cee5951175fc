import type { Task } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import type { LevelRate, TrainAttempts } from '@whetstone/runs'
import { tallyTrain } from './tally-train.ts'
import type { Course } from '../recipe/recipe.ts'
import { graderOf, offersOf, samplingOf } from '../recipe/recipe.ts'
import type { RoundContext } from './round-context.ts'
import { showMemories } from './show-memories.ts'

/** No taskset is climbed further than this in one round. */
const mostLevels = 64

/**
 * Attempts the train tasks of every course with what the incumbent remembered after the last round. A course with levels is climbed: from its first level to the last frontier, and on for as long as
 * the highest level's pass@1 reaches the threshold. The frontier is the lowest level under it.
 */
export async function attemptTrain(context: RoundContext): Promise<TrainAttempts> {
  const { recipe, incumbent } = context
  const file = context.files.traces
  const groups: Group[] = []
  for (const course of recipe.courses.filter(({ levels }) => !levels)) groups.push(await trainGroup(context, course, undefined))
  const climbing = recipe.courses.filter(({ levels }) => levels)
  for (const course of climbing) {
    const top = incumbent.frontier?.taskset === course.taskset.name ? incumbent.frontier.level : (course.levels?.frontier ?? 1)
    for (let level = course.levels?.from ?? 1; level <= top; level++) groups.push(await trainGroup(context, course, level))
  }
  const tally = tallyTrain(file)
  let { faults } = await attempt(context, groups, file)
  let rates = await tally.rates()
  for (const course of climbing) {
    for (let grown = 0; grown < mostLevels; grown++) {
      const own = rates.filter((rate) => rate.taskset === course.taskset.name)
      if (own.some(({ rate }) => rate < recipe.settings.threshold)) break
      groups.push(await trainGroup(context, course, Math.max(...own.map(({ level }) => level)) + 1))
      ;({ faults } = await attempt(context, groups, file))
      rates = await tally.rates()
    }
  }
  return {
    ...tally.counts(),
    rates,
    frontier: findFrontier(
      rates,
      climbing.map(({ taskset }) => taskset.name),
      recipe.settings.threshold,
    ),
    faults,
  }
}

type Group = { tasks: Task[]; samples: number }

async function trainGroup({ recipe, seed, round, incumbent }: RoundContext, course: Course, level: number | undefined): Promise<Group> {
  const frontier = incumbent.frontier?.taskset === course.taskset.name ? incumbent.frontier.level : course.levels?.frontier
  const limit = level !== undefined && frontier !== undefined && level >= frontier ? (course.frontierTrain ?? course.train) : course.train
  const tasks = await course.taskset.load({ split: 'train', seed, round, limit, levels: level === undefined ? undefined : [level] })
  return { tasks, samples: course.samples ?? recipe.settings.samples }
}

function attempt(context: RoundContext, groups: readonly Group[], file: string) {
  const { recipe, incumbent, teacher, bank, seed } = context
  const deployed = recipe.memory?.deploy ? bank : null
  return collect({
    run: context.run,
    round: context.round,
    arm: 'train',
    policy: { model: (teacher?.model ?? incumbent.model).id, bank: deployed ? incumbent.bank : null },
    groups,
    seed,
    solver: recipe.solver,
    sampling: samplingOf(recipe.settings, 'train'),
    mayGrade: true,
    grade: graderOf(recipe),
    ...offersOf(recipe),
    show: showMemories(recipe, deployed, { seed, holdout: true, evaluation: false }),
    open: () => (teacher ? teacher.open() : context.open(incumbent.model)),
    file,
    chunk: recipe.settings.chunk,
    label: `train attempts${teacher ? ' (teacher)' : ''}`,
    signal: context.signal,
  })
}

/** The lowest level under the threshold, of the first climbed taskset that has one. */
function findFrontier(rates: readonly LevelRate[], climbed: readonly string[], threshold: number): TrainAttempts['frontier'] {
  for (const taskset of climbed) {
    const found = rates.filter((rate) => rate.taskset === taskset && rate.rate < threshold).sort((a, b) => a.level - b.level)[0]
    if (found) return { taskset, level: found.level, rule: `lowest level with train pass@1 under ${threshold}`, trainRate: found.rate }
  }
  return null
}
