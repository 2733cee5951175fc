import type { Figure, Reproduction, ReproductionChart, ReproductionTable } from '@whetstone/runs'
import type { Teacher } from '@whetstone/core'
import { wilson } from '@whetstone/statistics'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import type { Study } from '../self-train/study.ts'

export type SystemOptions = {
  study: Study
  /** Where the study is from, for experiments on memory. */
  recipe: Recipe
  /** Names a file of the solvers' prompts. */
  prompts: string
  teachers: { basic: Teacher; advanced: Teacher }
  /** The highest level that the model has, and the lowest that it half has: where the experiment works. */
  solved: number
  frontier: number
  quick: boolean
  /** Most tasks a level that are measured. */
  limit?: number | undefined
  seeds: readonly number[]
  /** Earlier reasoning by task id, for what goes on from some. */
  reuse?: ReadonlyMap<string, string> | undefined
  print: (line: string) => void
}
export type Outcome = {
  ours: Figure[]
  tables: ReproductionTable[]
  charts: ReproductionChart[]
  verdict: string[]
}
/** A founding system: what it was, what it reported, and its experiment on what is given. One file each in this folder. */
export type System = { name: string; about: string; original: Reproduction['original']; run(options: SystemOptions): Promise<Outcome> }

export const percent = (share: number): number => Math.round(1000 * share) / 10
/** Tasks a level: as the experiment wants, unless less is asked for. */
export const atMost = (limit: number | undefined, wanted: number): number => Math.min(limit ?? Infinity, wanted)
/** A point of a chart with what its rate's interval spans. */
export const ratePoint = (series: string, x: number, passed: number, n: number): ReproductionChart['points'][number] => {
  const { low, high } = wilson(passed, n)
  return { series, x, y: percent(passed / n), low: percent(low), high: percent(high) }
}
/** A share, or a difference, with its interval: `97.6 (96.6 to 98.3)`. */
export const withInterval = (share: number, { low, high }: { low: number; high: number }): string =>
  `${percent(share)} (${interval([low, high])})`
/** A rate as passed of n, in % with its interval. */
export const shownRate = (passed: number, n: number): string => withInterval(passed / n, wilson(passed, n))
export const interval = ([low, high]: readonly [number, number]): string => `${percent(low)} to ${percent(high)}`
/** The same study under another name and seed, with a folder of its own. */
export const part = (study: Study, name: string, seed = study.seed): Study => ({
  ...study,
  name: `${study.name}-${name}`,
  seed,
  folder: `${study.folder}/${name}`,
})
