import type { LevelName, Task } from '@whetstone/core'
import type { TrainAttempts } from '@whetstone/runs'
import { freezeTasks, trainedOn } from './freeze-tasks.ts'
import type { RoundContext } from './round-context.ts'

/** The levels of the gate's one test: those of the frontier, named from train attempts before any validation attempt. */
export const namedLevels = ({ frontier }: TrainAttempts): LevelName[] =>
  frontier ? (frontier.levels ?? [frontier.level]).map((level) => ({ taskset: frontier.taskset, level })) : []

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
    recipe.courses.map(({ taskset, levels, validation }) => {
      const climbed = levels && train.rates.filter((rate) => rate.taskset === taskset.name).map(({ level }) => level)
      const top = Math.max(...namedLevels(train).flatMap((named) => (named.taskset === taskset.name ? [named.level] : [])))
      return taskset.load({
        split: 'validation',
        seed,
        round,
        limit: validation,
        levels: climbed?.filter((level) => top === -Infinity || level <= top).sort((a, b) => a - b),
      })
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
