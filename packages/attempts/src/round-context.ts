import type { Bank } from '@whetstone/memory'
import type { LanguageModel, Model, Round } from '@whetstone/core'
import type { Models } from '@whetstone/recipe/models-of.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import type { Incumbent, RoundFiles, Step } from '@whetstone/runs'

/** What every step of a round may need. */
export type RoundContext = {
  recipe: Recipe
  run: string
  round: number
  seed: number
  incumbent: Incumbent
  step: Step
  /** Where what this round makes lies. */
  files: RoundFiles
  bank: Bank | null
  /** Opens the bank as it was at a tag, to read. */
  bankAt(tag: string): Promise<Bank>
  /** Another policy that makes the train attempts, when weights elsewhere teach the ones here. */
  teacher: { model: Model; open(): Promise<LanguageModel> } | null
  /** Opens whoever plays a role of the recipe. */
  models: Models
  /** Writes the report of a round that is decided; doing it again changes nothing. */
  report(round: Round): Promise<void>
  signal: AbortSignal
  threads?: number
  /** Attempts that lie aside are made once more. */
  retryQuarantined?: boolean
}
