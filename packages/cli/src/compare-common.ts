import { BadInput, type Round, writeJson } from '@whetstone/core'
import { attemptCommon } from '@whetstone/attempts/attempt-common.ts'
import { ensureTools } from '@whetstone/native'
import { agreeWithRounds } from '@whetstone/reports/compare/agree-with-rounds.ts'
import { compareTwo, type Comparison } from '@whetstone/reports/compare/compare-sets.ts'
import type { ComparedArm } from '@whetstone/reports/compare/compared-arm.ts'
import { onCommon, sayCommon } from '@whetstone/reports/compare/on-common.ts'
import { commonSetFiles, openRun, readRun, type CommonSet } from '@whetstone/runs'
import { resolveRecipe, type RecipeFlags } from './recipe/resolve-recipe.ts'

export type CommonOptions = {
  seed: number
  tasks?: number | undefined
  threads?: number | undefined
  data?: string | undefined
  signal: AbortSignal
}

/** Rounds that never shared a task attempt a common held-out set; null with a word of why where they cannot. */
export async function commonArms(
  arms: readonly ComparedArm[],
  options: CommonOptions,
): Promise<{ arms: ComparedArm[]; set: CommonSet } | string> {
  const rounds = arms.map(({ round }) => round)
  if (!rounds.every((round): round is Round => round !== null)) return 'some of them are no rounds'
  const names = [...new Set(rounds.map(({ run }) => readRun(run)?.recipe))]
  const [recipeName] = names
  if (names.length > 1 || recipeName === undefined) return `they are of several recipes (${names.join(', ')})`
  try {
    const { recipe, roles } = await resolveRecipe({ recipe: recipeName, data: options.data } as RecipeFlags)
    await ensureTools([...(recipe.backend.tools ?? [])])
    const set = await attemptCommon({ recipe, roles, rounds, tasks: options.tasks, threads: options.threads, signal: options.signal })
    const replaced = await Promise.all(arms.map((arm, i) => onCommon(arm, (set.sides[i] as CommonSet['sides'][number]).traces)))
    return { arms: replaced, set }
  } catch (error) {
    if (error instanceof BadInput) return error.message
    throw error
  }
}

/** Each treatment against the rounds' own decisions, kept beside the attempts. */
export function keepComparison(set: CommonSet, arms: readonly ComparedArm[], comparisons: readonly Comparison[]): string[] {
  const [control, ...treatments] = arms.map(({ round }) => round as Round)
  const agreement = comparisons.map((comparison, i) => agreeWithRounds(comparison, roundsBetween(control as Round, treatments[i] as Round)))
  writeJson(commonSetFiles(set.key).comparison, { sides: set.sides, comparisons, agreement })
  return agreement
}

/** Decisions that led from one round to a later one of its run; null where there are none of that kind. */
function roundsBetween(from: Round, to: Round): Round[] | null {
  if (from.run !== to.run || from.round >= to.round) return null
  return openRun(from.run)
    .finished()
    .map(({ round }) => round)
    .filter(({ round }) => round > from.round && round <= to.round)
}

/** What a run serves after its last round against after its first, on common tasks. */
export async function compareOnCommon(
  arms: readonly ComparedArm[],
  options: CommonOptions,
): Promise<{ comparison: Comparison; says: string[]; set: CommonSet; arms: ComparedArm[] } | string> {
  const common = await commonArms(arms, options)
  if (typeof common === 'string') return common
  const [control, treatment] = common.arms as [ComparedArm, ComparedArm]
  const compared = compareTwo(control.set, treatment.set, options)
  const comparison = { ...compared, pHolm: compared.all.paired?.pValue ?? null }
  return {
    comparison,
    set: common.set,
    arms: common.arms,
    says: [sayCommon(common.set), ...keepComparison(common.set, common.arms, [comparison])],
  }
}
