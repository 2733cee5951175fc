import { existsSync } from 'node:fs'
import { BadInput, type Model } from '@whetstone/core'
import { describeGguf } from '@whetstone/inference'
import { openRun } from '@whetstone/runs'
import { readRounds } from '@whetstone/reports/compare/read-rounds.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { modelFile } from '../recipe/resolve-recipe.ts'

/** One set of weights on a run's way; `step` 0 is where it began. */
export type Checkpoint = { step: number; name: string; model: Model }

/** The base model and every round's candidate of a run, promoted or not, as far as their weights are still there. */
export async function runCheckpoints(run: string): Promise<Checkpoint[]> {
  const rounds = readRounds(run)
  const recipe = await loadRecipe(rounds[0]?.recipe ?? '')
  const checkpoints: Checkpoint[] = []
  if (recipe.model !== null) checkpoints.push({ step: 0, name: 'base', model: await describeGguf(modelFile(recipe.model)) })
  for (const round of rounds) {
    const model = openRun(run).round(round.round).candidate()
    const weights = model && (model.adapter ?? model.path)
    if (model && weights && existsSync(weights))
      checkpoints.push({ step: round.round, name: `round ${round.round}${round.decision.promoted ? '' : ' (kept back)'}`, model })
  }
  if (checkpoints.length === 0) throw new BadInput(`Run ${run} has no weights left to look at: name them, --model=A.gguf,B.gguf`)
  return checkpoints
}

/**
 * Checkpoints by name, in the order given: GGUF files, each with a LoRA adapter after a plus sign where it has one
 * (`base.gguf+adapter.gguf`).
 */
export async function namedCheckpoints(names: readonly string[]): Promise<Checkpoint[]> {
  return Promise.all(
    names.map(async (name, step) => {
      const [base = '', adapter] = name.split('+')
      const described = await describeGguf(modelFile(base))
      if (adapter === undefined) return { step, name, model: described }
      if (!existsSync(adapter)) throw new BadInput(`${adapter} not found: an adapter stands after its base, base.gguf+adapter.gguf`)
      return { step, name, model: { ...described, adapter, id: (await describeGguf(adapter)).id } }
    }),
  )
}
