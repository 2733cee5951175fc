import { range } from '@whetstone/core'
import type { Plan } from '@whetstone/runs'
import type { RoundContext } from './round-context.ts'
import { guardedEach } from './validation-tasks.ts'
import { trainTasks } from './attempt-train.ts'
import { probeTasks } from './monitor-round.ts'
import type { Course } from '@whetstone/recipe/recipe.ts'

export type CountedTasks = {
  /** Attempts at train tasks, validation tasks of an arm, those of the gate's test, attempts of the watch for collapse. */
  train: number
  validation: number
  tested: number
  watch: number
  /** By task set and split: what the recipe asks for a level, what is drawn, and what there is. */
  stock: NonNullable<Plan['stock']>
}

/** The tasks that a round will draw, counted as they are drawn: a table may hold fewer than a recipe asks for. */
export async function countTasks(context: RoundContext): Promise<CountedTasks> {
  const { recipe, incumbent, round, seed } = context
  const counted: CountedTasks = { train: 0, validation: 0, tested: 0, watch: 0, stock: [] }
  for (const course of recipe.courses) {
    const { taskset, levels, samples = recipe.settings.samples } = course
    const frontier = incumbent.frontier?.taskset === taskset.name ? incumbent.frontier.level : levels?.frontier
    const climbed = levels && frontier !== undefined ? range(levels.from, frontier) : undefined
    const train = climbed
      ? (await Promise.all(climbed.map((level) => trainTasks(context, course, level)))).flat()
      : await trainTasks(context, course, undefined)
    const draw = { split: 'validation', seed, round, levels: climbed } as const
    const top = climbed?.at(-1)
    const below = climbed?.slice(0, -1) ?? []
    const validation = [
      ...(await taskset.load({ ...draw, levels: top === undefined ? undefined : [top], limit: course.validation })),
      ...(below.length > 0 ? await taskset.load({ ...draw, levels: below, limit: guardedEach(course, below.length) }) : []),
    ]
    const tested = top === undefined ? validation.length : validation.filter(({ level }) => level === top).length
    counted.train += train.length * samples
    counted.validation += validation.length
    if (climbed || counted.tested === 0) counted.tested = tested
    counted.stock.push(...(await stockOf(context, course, { train: train.length, validation: validation.length }, climbed)))
  }
  const watched = (await probeTasks(context)).flat().length
  // round 1 watches what was served before it as well
  counted.watch = watched * recipe.settings.probe.samples * (round === 1 ? 2 : 1)
  return counted
}

/** What the files of the task sets hold, in words; undefined where none reads any. */
export async function foundTasks({ courses }: RoundContext['recipe']): Promise<Plan['tasks']> {
  const found = await Promise.all(courses.map(async ({ taskset }) => ({ taskset: taskset.name, found: (await taskset.found?.()) ?? '' })))
  const told = found.filter((each) => each.found !== '')
  return told.length > 0 ? told : undefined
}

async function stockOf(
  { round, seed }: RoundContext,
  { taskset, train, frontierTrain = train, validation }: Course,
  drawn: Record<'train' | 'validation', number>,
  levels: readonly number[] | undefined,
): Promise<CountedTasks['stock']> {
  // what is made as it is asked for never runs out
  if (taskset.fresh || !taskset.content) return []
  return Promise.all(
    (['train', 'validation'] as const).map(async (split) => {
      const all = await taskset.load({ split, seed, round, levels })
      const most = Math.max(0, ...[...Map.groupBy(all, ({ level }) => level).values()].map((own) => own.length))
      const asked = split === 'train' ? Math.max(train, frontierTrain) : validation
      return { taskset: taskset.name, split, asked, drawn: drawn[split], have: all.length, most }
    }),
  )
}
