import type { Bank } from '@whetstone/memory'
import type { LanguageModel, Model } from '@whetstone/core'
import { Model as ModelSchema } from '@whetstone/core'
import { z } from 'zod'
import type { Recipe } from '../recipe/recipe.ts'
import type { Step } from './step.ts'

const Level = z.object({ taskset: z.string(), level: z.number().int() })

/** checkpoints/<run>/incumbent.json: what is served, and what later rounds must not lose. Written whole at the end of a round. */
export const Incumbent = z.object({
  /** The last finished round; 0 before the first. */
  round: z.number().int(),
  model: ModelSchema,
  /** Tag of the bank that is served with it. */
  bank: z.string().nullable(),
  /** Levels once solved: train pass rate of 95% or more when first reached. */
  solved: z.array(Level),
  /** The last round's frontier. */
  frontier: Level.nullable(),
  /** Decisions that this run's validation sets have seen. */
  looks: z.number().int(),
})
export type Incumbent = z.infer<typeof Incumbent>

/** What every step of a round may need. */
export type RoundContext = {
  recipe: Recipe
  run: string
  round: number
  seed: number
  incumbent: Incumbent
  step: Step
  /** Folders of this round: traces and rows; weights; report, steps and logs. */
  folders: { dataset: string; checkpoint: string; report: string }
  bank: Bank | null
  /** Opens a model on the recipe's backend. */
  open(model: Model): Promise<LanguageModel>
  /** Another policy that makes the train attempts, when weights elsewhere teach the ones here. */
  teacher: { model: Model; open(): Promise<LanguageModel> } | null
  signal: AbortSignal
  threads?: number
}
