import type { LevelName, Task } from '@whetstone/core'
import type { TrainAttempts } from '@whetstone/runs'
import type { Course } from '@whetstone/recipe/recipe.ts'
import { freezeTasks, trainedOn } from './freeze-tasks.ts'
import type { RoundContext } from './round-context.ts'

/** The levels of the gate's one test: those of the frontier, named from train attempts before any validation attempt. */
export const namedLevels = ({ frontier }: TrainAttempts): LevelName[] =>
  frontier ? (frontier.levels ?? [frontier.level]).map((level) => ({ taskset: frontier.taskset, level })) : []

/** The attempted levels of a climbed course, in order: those under the named ones, which are guarded, and the named ones; where none is named all are of the frontier. */
export function validationLevels(climbed: readonly number[], named: readonly number[]): { below: number[]; frontier: number[] } {
  const levels = [...climbed].sort((a, b) => a - b)
  if (named.length === 0) return { below: [], frontier: levels }
  const [first, last] = [Math.min(...named), Math.max(...named)]
  return { below: levels.filter((level) => level < first), frontier: levels.filter((level) => level >= first && level <= last) }
}

/** Validation tasks of each of so many guarded levels. */
export const guardedEach = ({ guarded, validation }: Pick<Course, 'guarded' | 'validation'>, levels: number): number =>
  guarded === undefined ? validation : Math.ceil(guarded / Math.max(1, levels))

/** The validation tasks of a round: every course, the levels up to the frontier. What was ever trained on is none, whatever split it is in now. */
export function validationTasks(context: RoundContext, train: TrainAttempts): Promise<Task[][]> {
  const known = drawn.get(context) ?? drawValidation(context, train)
  drawn.set(context, known)
  return known
}

/** Drawn once a round: the draw reads task data and all that was trained on. */
const drawn = new WeakMap<RoundContext, Promise<Task[][]>>()

async function drawValidation(context: RoundContext, train: TrainAttempts): Promise<Task[][]> {
  const { recipe, seed, round } = context
  const trained = await trainedOn(context)
  const groups = await Promise.all(
    recipe.courses.flatMap((course) => {
      const { taskset, levels, validation } = course
      const draw = (limit: number, some?: number[]) => taskset.load({ split: 'validation', seed, round, limit, levels: some })
      if (!levels) return [draw(validation)]
      const climbed = train.rates.filter((rate) => rate.taskset === taskset.name).map(({ level }) => level)
      const named = namedLevels(train).flatMap((each) => (each.taskset === taskset.name ? [each.level] : []))
      const { below, frontier } = validationLevels(climbed, named)
      const guarded = guardedEach(course, below.length)
      return guarded === validation
        ? [draw(validation, [...below, ...frontier])]
        : [draw(guarded, below), draw(validation, frontier)].slice(below.length > 0 ? 0 : 1)
    }),
  )
  const unseen = groups.map((tasks) => tasks.filter((task) => !trained(task)))
  for (const [index, tasks] of groups.entries()) {
    const left = tasks.length - (unseen[index]?.length ?? 0)
    if (left > 0)
      process.stderr.write(
        `${tasks[0]?.taskset}: ${left} of ${tasks.length} validation tasks were trained on in this run, since the task data changed; they are left out\n`,
      )
    await freezeTasks(context, unseen[index] ?? [])
  }
  return unseen
}
