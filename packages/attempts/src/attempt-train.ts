import { BadInput, type Solver, type Task } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import type { LevelRate, TrainAttempts } from '@whetstone/runs'
import { tallyTrain } from './tally-train.ts'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import type { Course } from '@whetstone/recipe/recipe.ts'
import { freezeTasks } from './freeze-tasks.ts'
import type { RoundContext } from './round-context.ts'
import { showMemories } from './show-memories.ts'
import { unsolvedTasks, updateUnsolved } from './unsolved-tasks.ts'

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
  const unsolved = unsolvedTasks(context)
  for (const course of recipe.courses.filter(({ levels }) => !levels))
    groups.push(...(await trainGroups(context, course, undefined, unsolved)))
  const climbing = recipe.courses.filter(({ levels }) => levels)
  for (const course of climbing) {
    const top = incumbent.frontier?.taskset === course.taskset.name ? incumbent.frontier.level : (course.levels?.frontier ?? 1)
    for (let level = course.levels?.from ?? 1; level <= top; level++) groups.push(...(await trainGroups(context, course, level, unsolved)))
  }
  const tally = tallyTrain(file, new Set(unsolved.map(({ task }) => task.id)))
  // the frontier is the incumbent's own: a teacher's attempts say nothing of what the model here can do
  const own = context.teacher ? tallyTrain(context.files.own) : tally
  const measure = () => (context.teacher ? attemptOwn(context, groups) : attempt(context, groups, file))
  let { faults } = await measure()
  let rates = await own.rates()
  for (const course of climbing) {
    for (let grown = 0; grown < mostLevels; grown++) {
      const known = rates.filter((rate) => rate.taskset === course.taskset.name)
      const highest = Math.max(...known.map(({ level }) => level))
      const under = known.filter(({ rate }) => rate < recipe.settings.threshold).map(({ level }) => level)
      if (under.length > 0 && highest >= Math.min(...under) + recipe.settings.frontierLevels - 1) break
      groups.push(...(await trainGroups(context, course, highest + 1, unsolved)))
      ;({ faults } = await measure())
      rates = await own.rates()
    }
  }
  if (context.teacher) {
    ;({ faults } = await attempt(context, groups, file))
    await tally.rates()
  }
  const counts = tally.counts()
  if (counts.attempted > 0 && counts.context === counts.attempted)
    throw new BadInput(
      `None of the ${counts.attempted} train prompts fits the context of ${recipe.settings.context} tokens, so nothing can be learned: raise it with --set settings.context=N, or shorten the tasks`,
    )
  if (counts.attempted > 0 && counts.ends['vocabulary'] === counts.attempted)
    throw new BadInput(
      `None of the ${counts.attempted} train prompts can be written in the model's tokens, so nothing can be learned: name a model that reads these tasks with --model`,
    )
  return {
    ...counts,
    rates,
    frontier: findFrontier(
      rates,
      climbing.map(({ taskset }) => taskset.name),
      recipe.settings,
    ),
    faults,
    bucket: await updateUnsolved(context),
  }
}

type Unsolved = ReturnType<typeof unsolvedTasks>
type Group = { tasks: Task[]; samples: number; solver?: Solver }

async function trainGroups(context: RoundContext, course: Course, level: number | undefined, unsolved: Unsolved): Promise<Group[]> {
  const tasks = await trainTasks(context, course, level, unsolved)
  await freezeTasks(context, tasks)
  const { bucket, settings } = context.recipe
  const late = new Set(unsolved.flatMap(({ task, late: waited }) => (waited ? [task.id] : [])))
  const [waited, fresh] = [tasks.filter(({ id }) => late.has(id)), tasks.filter(({ id }) => !late.has(id))]
  return [
    { tasks: fresh, samples: course.samples ?? settings.samples },
    ...(waited.length > 0 ? [{ tasks: waited, samples: 1, solver: bucket?.solver }] : []),
  ]
}

/** The train tasks of a course, or of one of its levels, as the round draws them, and those that stayed unsolved before. */
export async function trainTasks(
  context: RoundContext,
  course: Course,
  level: number | undefined,
  unsolved: Unsolved = unsolvedTasks(context),
): Promise<Task[]> {
  const drawn = await drawTasks(context, course, level)
  const ids = new Set(drawn.map(({ id }) => id))
  const waiting = unsolved.map(({ task }) => task)
  return [
    ...drawn,
    ...waiting.filter((task) => task.taskset === course.taskset.name && (level ?? task.level) === task.level && !ids.has(task.id)),
  ]
}

function drawTasks({ seed, round, incumbent }: RoundContext, course: Course, level: number | undefined): Promise<Task[]> {
  const frontier = incumbent.frontier?.taskset === course.taskset.name ? incumbent.frontier.level : course.levels?.frontier
  const limit = level !== undefined && frontier !== undefined && level >= frontier ? (course.frontierTrain ?? course.train) : course.train
  return course.taskset.load({ split: 'train', seed, round, limit, levels: level === undefined ? undefined : [level] })
}

/** Where a teacher attempts, so many tasks of each group are the incumbent's own, once each, for the frontier and for nothing else. */
const ownTasks = 100

function attemptOwn(context: RoundContext, groups: readonly Group[]) {
  const few = groups.map(({ tasks }) => ({ tasks: tasks.slice(0, ownTasks), samples: 1 }))
  return attempt({ ...context, teacher: null }, few, context.files.own, 'own')
}

function attempt(context: RoundContext, groups: readonly Group[], file: string, arm = 'train') {
  const { recipe, incumbent, teacher, bank, seed } = context
  const deployed = recipe.memory?.deploy ? bank : null
  // with log-probabilities where a trainer will be compared with the sampler
  const as = { role: 'incumbent', model: incumbent.model, train: true, logprobs: recipe.trainer !== null }
  const policy = attemptPolicy(recipe, context.models, as)
  return collect({
    run: context.run,
    round: context.round,
    arm,
    policy: { model: (teacher?.model ?? incumbent.model).id, bank: deployed ? incumbent.bank : null },
    groups,
    seed,
    ...policy,
    open: teacher?.open ?? policy.open,
    show: showMemories(recipe, deployed, { seed, holdout: true, evaluation: false }),
    file,
    label: arm === 'own' ? 'own attempts, for the frontier' : `train attempts${teacher ? ' (teacher)' : ''}`,
    retryQuarantined: context.retryQuarantined,
    signal: context.signal,
  })
}

/** The lowest level under the threshold, of the first climbed taskset that has one. */
function findFrontier(
  rates: readonly LevelRate[],
  climbed: readonly string[],
  { threshold, frontierLevels }: { threshold: number; frontierLevels: number },
): TrainAttempts['frontier'] {
  for (const taskset of climbed) {
    const found = rates.filter((rate) => rate.taskset === taskset && rate.rate < threshold).sort((a, b) => a.level - b.level)[0]
    if (found)
      return {
        taskset,
        level: found.level,
        rule: `lowest level with train pass@1 under ${threshold}`,
        trainRate: found.rate,
        levels: Array.from({ length: frontierLevels }, (_, i) => found.level + i).filter((level) =>
          rates.some((rate) => rate.taskset === taskset && rate.level === level),
        ),
      }
  }
  return null
}
