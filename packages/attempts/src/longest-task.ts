import type { Attempt, Solution, Task } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import type { Plan } from '@whetstone/runs'
import type { RoundContext } from './round-context.ts'

/** The attempt at the longest question that the round's fixed task sets hold for training and validation; null where all tasks are generated. */
export async function longestTask({ recipe, seed, round }: RoundContext): Promise<Attempt | null> {
  let longest: { task: Task; system: string | null } | null = null
  for (const { taskset, levels } of recipe.courses) {
    if (levels || taskset.fresh) continue
    for (const split of ['train', 'validation'] as const)
      for (const task of await taskset.load({ split, seed, round }))
        if (task.prompt.length > (longest?.task.prompt.length ?? -1)) longest = { task, system: taskset.instruction ?? null }
  }
  return longest && { id: 'longest', sample: 0, seed: deriveSeed(seed, 'longest'), ...longest }
}

/** What the probe says of it: the tokens of its prompt as rendered, beside the context that they must fit into with an answer. */
export const lengthOf = ({ attempt, finish, calls, tokens }: Solution, context: number): NonNullable<Plan['longest']> => ({
  taskset: attempt.task.taskset,
  task: attempt.task.id,
  tokens: calls[0]?.tokens.prompt ?? tokens.prompt,
  context,
  fits: finish !== 'context',
})
