import { BadInput } from '@whetstone/core'
import { loadRecipe } from '@whetstone/recipe'
import { tasksetsOf } from '@whetstone/recipe/recipe.ts'
import { openRun } from '@whetstone/runs'

/** What a run's task sets say of how an answer must look, which stood before each of its questions. A recipe that cannot be loaded any more says nothing, on stderr. */
export async function instructionsOf(run: string): Promise<(taskset: string) => string | null> {
  const name = openRun(run).record()?.recipe ?? run
  try {
    const tasksets = tasksetsOf(await loadRecipe(name))
    return (taskset) => tasksets.get(taskset)?.instruction ?? null
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    process.stderr.write(`Recipe ${name} cannot be loaded (${error.message}): prompts are written without their task sets' instructions\n`)
    return () => null
  }
}
