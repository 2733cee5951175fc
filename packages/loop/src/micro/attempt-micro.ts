import type { Model, Task, Trace } from '@whetstone/core'
import { reread } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import { unfoldRewrites } from '@whetstone/harvest'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import type { Course } from '@whetstone/recipe/recipe.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'
import { showMemories } from '@whetstone/attempts/show-memories.ts'
import type { Window } from './micro-window.ts'

/** Tasks a level above and of each other course, all tasks below together. */
export type MicroCounts = { above: number; below: number; others: number }
/** A micro-round by its number, the name of its folder, and the model that attempts. */
export type MicroStep = { micro: number; name: string; model: Model }

/** Train tasks that nothing has attempted before: the window of a climbed course, and so many of each other course. */
export async function drawMicro(
  { recipe, seed, round }: RoundContext,
  { micro, windows, counts }: { micro: number; windows: ReadonlyMap<Course, Window>; counts: MicroCounts },
): Promise<Task[][]> {
  // The run's own seed, since keys may mean something else under another; rounds do not come to these numbers.
  const draw = (course: Course, limit: number, levels?: number[]) =>
    limit > 0 ? course.taskset.load({ split: 'train', seed, round: round * 1000 + micro, limit, levels }) : []
  const groups = await Promise.all(
    recipe.courses.flatMap((course) => {
      const window = windows.get(course)
      if (!window) return [draw(course, counts.others)]
      const below = Math.round(counts.below / Math.max(1, window.below.length))
      return [
        ...window.above.map((level) => draw(course, counts.above, [level])),
        ...window.below.map((level) => draw(course, below, [level])),
      ]
    }),
  )
  return groups.filter((tasks) => tasks.length > 0)
}

/** Attempts of a micro-round, graded, in the files of its folder: done once, gone on with after a stop. */
export async function attemptMicro(
  context: RoundContext,
  { name, model }: MicroStep,
  asked: { groups: readonly (readonly Task[])[]; samples: number; temperature: number; file: 'traces' | 'again' },
): Promise<AsyncIterable<Trace>> {
  const { recipe, run, round, seed, bank, incumbent, files } = context
  const deployed = recipe.memory?.deploy ? bank : null
  const policy = attemptPolicy(recipe, context.models, { role: 'incumbent', model, train: true })
  const { traces } = await collect({
    ...policy,
    run,
    round,
    arm: `micro-${name}${asked.file === 'again' ? '-again' : ''}`,
    policy: { model: model.id, bank: deployed ? incumbent.bank : null },
    groups: asked.groups.map((tasks) => ({ tasks: [...tasks], samples: asked.samples })),
    seed,
    sampling: { ...policy.sampling, temperature: asked.temperature },
    show: showMemories(recipe, deployed, { seed, holdout: false, evaluation: false }),
    file: files.micro(name)[asked.file],
    label: `micro-round ${name}${asked.file === 'again' ? ', failures again' : ''}`,
    signal: context.signal,
  })
  return reread(() => unfoldRewrites(traces))
}
