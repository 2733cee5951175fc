import type { Memory, Task } from '@whetstone/core'
import type { Shown } from '@whetstone/evaluation'
import type { Bank } from '@whetstone/memory'
import { holdOut } from '@whetstone/memory'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { systemMessage } from '@whetstone/recipe/attempt-policy.ts'

/** The system message of each attempt: the taskset's instruction and the memories recalled for the task. Without a bank the instruction alone. */
export function showMemories(recipe: Recipe, bank: Bank | null, options: { seed: number; holdout: boolean; evaluation: boolean }) {
  const system = systemMessage(recipe)
  return async (attempts: readonly { task: Task; sample: number }[]): Promise<Shown[]> => {
    const memory = recipe.memory
    const recalled =
      bank && memory
        ? await bank.recall(attempts.map(({ task }) => ({ task, k: memory.k, answer: options.evaluation ? task.reference : undefined })))
        : attempts.map(() => ({ memories: [] as Memory[] }))
    return attempts.map(({ task, sample }, index) => {
      const { shown, withheld } = holdOut(recalled[index]?.memories ?? [], {
        probability: options.holdout && memory ? memory.holdout : 0,
        seed: options.seed,
        attempt: `${task.id}#${sample}`,
      })
      return {
        system: system(task, shown),
        shown: shown.map(({ id }) => id),
        withheld: withheld.map(({ id }) => id),
      }
    })
  }
}
